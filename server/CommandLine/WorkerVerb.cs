using System.CommandLine;

namespace OctoLogin.CommandLine;

public static class WorkerVerb
{
    public static Command Create(VerbContext context)
    {
        var health = new Option<bool>("--health") { Description = "Answer /health/live and /health/ready at Urls, and nothing else. Without this no port is opened." };
        var worker = new Command("worker", "Run tasks until SIGTERM or Ctrl-C, and serve nothing: beside servers that are started with --no-worker, on their database and master key.") { health };
        worker.SetAction(async (parsed, cancel) =>
        {
            try
            {
                await using var running = await Worker.StartAsync([.. context.Settings], parsed.GetValue(health), cancel: cancel);
                await Task.Delay(Timeout.Infinite, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Told to stop.
            }
            return 0;
        });
        return worker.WithExamples(
            """
            octologin worker
            octologin worker --health --Urls=http://localhost:8067
            """);
    }
}
