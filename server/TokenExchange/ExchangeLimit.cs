using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Bounds how many access tokens a service account, and an issuer, can be given within a minute by this process. Only tokens that an
/// identity has accepted are counted: anybody can have a shared issuer sign a token for an account whose GUID they know, and must not
/// be able to shut its own workflows out. Windows are whole minutes, so around the turn of one there may be twice as many.
/// </summary>
public sealed class ExchangeLimit(TokenExchangeOptions options, TimeProvider clock)
{
    private readonly Lock gate = new();

    // Emptied each minute, and no larger than what administrators registered.
    private Window window = new(0);

    /// <summary>
    /// Issues and counts one, or throws the 429; of those only the first for an account or issuer in a minute is recorded. What issues
    /// nothing is not counted: whoever replays a leaked token must not be able to shut out its account either.
    /// </summary>
    /// <param name="issue">Null: nothing was issued.</param>
    public async Task<TokenAnswer?> CountAsync(ServiceAccount account, string issuer, Func<Task<TokenAnswer?>> issue)
    {
        var counted = Count(account, issuer);
        TokenAnswer? answer = null;
        try
        {
            return answer = await issue();
        }
        finally
        {
            if (answer is null)
            {
                lock (gate)
                {
                    counted.Add(account.Id, issuer, -1);
                }
            }
        }
    }

    private Window Count(ServiceAccount account, string issuer)
    {
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds();
        lock (gate)
        {
            if (window.Minute != seconds / 60)
            {
                window = new Window(seconds / 60);
            }
            Check(window.OfAccounts, account.Id, options.ExchangesPerMinutePerServiceAccount, seconds,
                $"to service account {account.Audience}", nameof(TokenExchangeOptions.ExchangesPerMinutePerServiceAccount));
            Check(window.OfIssuers, issuer, options.ExchangesPerMinutePerIssuer, seconds,
                $"with tokens of issuer {issuer}", nameof(TokenExchangeOptions.ExchangesPerMinutePerIssuer));
            window.Add(account.Id, issuer, 1);
            return window;
        }
    }

    private static void Check(Counts counts, string key, int most, long seconds, string of, string setting)
    {
        if (most == 0 || counts[key] < most)
        {
            return;
        }
        var wait = (int)(60 - (seconds % 60));
        var description = $"There were {most} logins {of} within a minute, which is the limit; try again in {wait} seconds. Whoever runs the server can change RateLimits:{setting}.";
        throw OAuthException.SlowDown(description, wait, $"{description} Further ones within this minute are refused without a record.", isUnrecorded: !counts.Told.Add(key));
    }

    private sealed class Window(long minute)
    {
        public long Minute { get; } = minute;
        public Counts OfAccounts { get; } = new();
        public Counts OfIssuers { get; } = new();

        public void Add(string accountId, string issuer, int number)
        {
            OfAccounts.Add(accountId, number);
            OfIssuers.Add(issuer, number);
        }
    }

    private sealed class Counts
    {
        private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

        /// <summary>Whose 429 is in the audit.</summary>
        public HashSet<string> Told { get; } = new(StringComparer.Ordinal);

        public int this[string key] => counts.GetValueOrDefault(key);

        public void Add(string key, int number) => counts[key] = this[key] + number;
    }
}
