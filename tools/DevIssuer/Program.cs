using System.Runtime.InteropServices;
using OctoLogin.DevIssuer;

// What ./run starts: the server, an issuer to try it with, the demonstration; then it stays until it is told to end.
using var ending = new CancellationTokenSource();
var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true;
    ending.Cancel();
})).ToList();
try
{
    return await Run.RunAsync(RunOptions.Read(args), ending.Token);
}
catch (Exception fault) when (ending.IsCancellationRequested && fault is OperationCanceledException or DemoException)
{
    // Ctrl-C reaches what this started at the same moment; what it was about to say is no news.
    return 0;
}
catch (DemoException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
catch (HttpRequestException fault)
{
    Console.Error.WriteLine($"The server no longer answers: {fault.Message}");
    return 1;
}
finally
{
    signals.ForEach(signal => signal.Dispose());
}
