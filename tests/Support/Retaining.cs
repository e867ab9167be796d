using Microsoft.Extensions.DependencyInjection;
using OctoLogin.ServerTasks;

namespace OctoLogin.Tests.Support;

public static class Retaining
{
    /// <summary>Removes what is old, as the daily task does, and gives what it logged.</summary>
    public static async Task<string> RetainAsync(this ServerFixture server)
    {
        var (buffer, mask) = (new LogBuffer(TimeProvider.System), new SecretMask());
        var runner = server.Services.GetServices<IServerTaskRunner>().OfType<RetentionRunner>().Single();
        // Of the task it uses the log alone.
        await runner.RunAsync(new(null!, ActivityLog.Start(buffer, mask, "Retention"), mask), TestContext.Current.CancellationToken);
        return string.Join("\n", buffer.Oldest().Select(entry => entry.Message));
    }
}
