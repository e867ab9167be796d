using System.Collections.Concurrent;
using System.Net;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Bounds what strangers can make us write: each refused login is a row of the audit. Counted by address in windows of a minute;
/// logins that succeed are not counted, as many jobs may share one address. Nor are those that an outage refused, which says nothing
/// against the others there: beyond the same number they are answered as before, without a row each.
/// </summary>
public sealed class RefusalLimit(TokenExchangeOptions options, ExchangeMetrics metrics, TimeProvider clock)
{
    private const int MostAddresses = 100_000;

    private readonly ConcurrentDictionary<IPAddress, int> refused = new();
    private readonly ConcurrentDictionary<IPAddress, int> unavailable = new();
    private long window;

    /// <summary>Throws the 429 for an address that was refused too often within this minute. It is not recorded: that is the point.</summary>
    public void Check(IPAddress? address)
    {
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds();
        var now = seconds / 60;
        if (Interlocked.Exchange(ref window, now) != now)
        {
            refused.Clear();
            unavailable.Clear();
        }
        if (refused.GetValueOrDefault(AddressNetwork.Of(address)) >= options.RefusalsPerMinute)
        {
            metrics.Limited();
            var wait = (int)(60 - (seconds % 60));
            throw OAuthException.SlowDown(
                $"More than {options.RefusalsPerMinute} logins from your address were refused within a minute; try again in {wait} seconds. " +
                "An administrator finds why they were refused in the audit, and can change RateLimits:RefusalsPerMinute.", wait);
        }
    }

    /// <summary>Counts a refusal of this status; false when it must not become one more row.</summary>
    public bool MayRecord(IPAddress? address, int status)
    {
        switch (status)
        {
            // An account's or issuer's own limit, which records the first of them.
            case StatusCodes.Status429TooManyRequests:
                return true;
            case >= 500:
                return Count(unavailable, address) <= options.RefusalsPerMinute;
            default:
                Count(address);
                return true;
        }
    }

    public void Count(IPAddress? address) => Count(refused, address);

    private static int Count(ConcurrentDictionary<IPAddress, int> counts, IPAddress? address) =>
        counts.Count < MostAddresses ? counts.AddOrUpdate(AddressNetwork.Of(address), 1, (_, count) => count + 1) : 0;
}
