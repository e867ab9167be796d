namespace OctoLogin.TokenExchange;

/// <summary>The settings below <c>Issuers:</c> and <c>RateLimits:</c>.</summary>
public sealed record TokenExchangeOptions
{
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
        var hosts = configuration.GetSection("Issuers:AllowPrivateNetwork").GetChildren().Select(child => child.Value?.Trim() ?? "").ToList();
        foreach (var host in hosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            faults.Add($"Issuers:AllowPrivateNetwork has '{host}'; each entry must be a host name without scheme, port or path, such as github.example.com.");
        }
        Uri? proxy = null;
        if (configuration["Issuers:Proxy"] is { Length: > 0 } text && (!Uri.TryCreate(text, UriKind.Absolute, out proxy) || proxy.Scheme != "http"))
        {
            faults.Add($"Issuers:Proxy is '{text}'; it must be the http URL of a proxy, such as http://proxy.example.com:3128.");
        }
        return new()
        {
            RefusalsPerMinute = Limit(configuration, nameof(RefusalsPerMinute), 300, 1, faults),
            ExchangesPerMinutePerServiceAccount = Limit(configuration, nameof(ExchangesPerMinutePerServiceAccount), 600, 0, faults),
            ExchangesPerMinutePerIssuer = Limit(configuration, nameof(ExchangesPerMinutePerIssuer), 6000, 0, faults),
            AllowPrivateNetwork = hosts.ToHashSet(StringComparer.OrdinalIgnoreCase),
            Proxy = proxy,
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
