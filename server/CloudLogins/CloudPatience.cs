namespace OctoLogin.CloudLogins;

/// <summary>
/// Tries again what may pass: an outage, and that a cloud does not know yet what was set up there a moment ago (AADSTS70021,
/// IDPCommunicationError). For as long as the settings say and the ID token lives, by the server's clock.
/// </summary>
public sealed class CloudPatience(CloudOptions options, TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <param name="login">Throws <see cref="CloudRefusal"/> or <see cref="CloudOutage"/>.</param>
    /// <param name="waiting">Is told why, before each further try.</param>
    public async Task<T> TryAsync<T>(Func<Task<T>> login, DateTimeOffset until, Action<string>? waiting, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        for (var delay = First; ; delay = delay * 2 < Longest ? delay * 2 : Longest)
        {
            try
            {
                return await login();
            }
            catch (Exception fault) when (fault is CloudOutage or CloudRefusal { MayPass: true }
                && clock.GetElapsedTime(started) + delay <= options.Patience && clock.GetUtcNow() + delay < until)
            {
                waiting?.Invoke($"{(fault is CloudRefusal refusal ? $"{refusal.Cloud} refused: {refusal.Code}: {refusal.Text}" : fault.Message)} Tried again in {delay.TotalSeconds:0} s, for up to {options.Patience.TotalSeconds:0} s.");
                await Task.Delay(delay, clock, cancel);
            }
        }
    }
}
