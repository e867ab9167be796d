using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>The settings below <c>Issuers:</c> and <c>RateLimits:</c>.</summary>
public sealed record TokenExchangeOptions
{
    public const string Section = "Issuers";
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LongestSubjectTokenLifetime = TimeSpan.FromHours(24);

    /// <summary>Host names of issuers that may resolve to private addresses: a GitHub Enterprise inside the company.</summary>
    public required IReadOnlySet<string> AllowPrivateNetwork { get; init; }

    /// <summary>How many logins from one address may be refused within a minute before it is told to wait.</summary>
    public required int RefusalsPerMinute { get; init; }

    /// <summary>How many access tokens this process issues to one service account within a minute; 0: as many as are asked for.</summary>
    public required int ExchangesPerMinutePerServiceAccount { get; init; }

    /// <summary>How many it issues for the tokens of one issuer; likewise.</summary>
    public required int ExchangesPerMinutePerIssuer { get; init; }

    /// <summary>An http proxy through which issuers are reached; null: directly.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether an issuer on loopback may use plain http: in Development only.</summary>
    public required bool LoopbackHttpAllowed { get; init; }

    public static TokenExchangeOptions Read(IConfiguration configuration, bool isDevelopment, List<string> faults)
    {
        var network = OutgoingRules.Read(configuration, Section, isDevelopment, faults);
        return new()
        {
            RefusalsPerMinute = Limit(configuration, nameof(RefusalsPerMinute), 300, 1, faults),
            ExchangesPerMinutePerServiceAccount = Limit(configuration, nameof(ExchangesPerMinutePerServiceAccount), 600, 0, faults),
            ExchangesPerMinutePerIssuer = Limit(configuration, nameof(ExchangesPerMinutePerIssuer), 6000, 0, faults),
            AllowPrivateNetwork = network.AllowPrivateNetwork,
            Proxy = network.Proxy,
            LoopbackHttpAllowed = isDevelopment,
        };
    }

    private static int Limit(IConfiguration configuration, string name, int otherwise, int least, List<string> faults)
    {
        var number = otherwise;
        if (configuration[$"RateLimits:{name}"] is { Length: > 0 } text && (!int.TryParse(text, out number) || number < least))
        {
            faults.Add($"RateLimits:{name} is '{text}'; it must be a whole number {(least == 0 ? "of 0 (no limit) or more" : "above 0")}.");
        }
        return number;
    }
}
