using OctoLogin.Database;

namespace OctoLogin.CommandLine;

public static class Verbs
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var server = await Server.StartAsync(args);
            await server.App.WaitForShutdownAsync();
            return 0;
        }
        catch (StartupException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return fault.ExitCode;
        }
    }
}
