using System.CommandLine;

namespace OctoLogin.CommandLine;

public static class ServeVerb
{
    public static Command Create(VerbContext context)
    {
        var serve = new Command("serve", "Run the server until SIGTERM or Ctrl-C. This is what happens when no verb is given.");
        serve.SetAction(async (_, cancel) =>
        {
            try
            {
                await using var server = await Server.StartAsync([.. context.Settings], cancel: cancel);
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
            """);
    }
}
