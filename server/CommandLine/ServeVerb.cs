using System.CommandLine;

namespace OctoLogin.CommandLine;

public static class ServeVerb
{
    public static Command Create(VerbContext context)
    {
        var serve = new Command("serve", "Run the server until SIGTERM or Ctrl-C. This is what happens when no verb is given.");
        var noWorker = new Option<bool>("--no-worker") { Description = "Run no tasks (Tasks:Worker=false): the verb worker does it, in a process that holds no signing keys." };
        serve.Add(noWorker);
        serve.SetAction(async (parsed, cancel) =>
        {
            try
            {
                string[] settings = [.. context.Settings, .. parsed.GetValue(noWorker) ? ["--Tasks:Worker=false"] : Array.Empty<string>()];
                await using var server = await Server.StartAsync(settings, cancel: cancel);
                await server.App.WaitForShutdownAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Told to stop before it was ready: that is no failure.
            }
            return 0;
        });
        return serve.WithExamples(
            """
            octologin
            octologin serve --Urls=http://localhost:9000 --DataDirectory=/var/lib/octologin
            octologin serve --no-worker
            """);
    }
}
