using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Whom this server may trust at all: the setting <c>Issuers:Trusted</c>, which no administrator's identity can go beyond.</summary>
public sealed record TrustedIssuers
{
    /// <summary>Exactly as the tokens' <c>iss</c> has them; null: any.</summary>
    public required IReadOnlySet<string>? Listed { get; init; }

    /// <summary>Whether an issuer on loopback may use plain http: in Development only.</summary>
    public required bool LoopbackHttpAllowed { get; init; }

    /// <summary>Why nothing may be registered for this issuer; null when it may.</summary>
    public string? Fault(string issuer) => IssuerUrl.Fault(issuer, LoopbackHttpAllowed) ?? UnlistedFault(issuer);

    /// <summary>Why this identity's issuer is not accepted now; for administrators and the audit. Null when it is.</summary>
    public string? FaultOf(OidcIdentity identity) =>
        identity.IssuerDisabled ? $"The issuer '{Printable.Of(identity.Issuer)}' is disabled on this server." : UnlistedFault(identity.Issuer);

    public static TrustedIssuers Read(IConfiguration configuration, bool isDevelopment, List<string> faults)
    {
        var section = configuration.GetSection("Issuers:Trusted");
        var listed = section.GetChildren().Select(child => child.Value?.Trim() ?? "").ToHashSet(StringComparer.Ordinal);
        // A list that is not read as one would quietly trust everybody.
        if (section.Exists() && listed.Count == 0)
        {
            faults.Add($"Issuers:Trusted is '{section.Value}'; it must be a list: Issuers:Trusted:0=https://token.actions.githubusercontent.com and so on. Leave it out to let administrators trust any issuer.");
        }
        foreach (var fault in listed.Select(issuer => IssuerUrl.Fault(issuer, isDevelopment)).OfType<string>())
        {
            faults.Add($"Issuers:Trusted: {fault}");
        }
        return new() { Listed = section.Exists() ? listed : null, LoopbackHttpAllowed = isDevelopment };
    }

    private string? UnlistedFault(string issuer) => Listed is null || Listed.Contains(issuer)
        ? null
        : $"Issuer '{Printable.Of(issuer)}' is none of those that the setting Issuers:Trusted lists; whoever runs the server can add it there.";
}

public static class IssuerUrl
{
    /// <summary>Why this cannot be an issuer (OpenID Connect Discovery 1.0 section 3); null when it can.</summary>
    public static string? Fault(string issuer, bool loopbackHttpAllowed)
    {
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var uri) || uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length > 0)
        {
            return $"Issuer '{Printable.Of(issuer)}' must be a URL without query, fragment or user, exactly as the token's 'iss' has it.";
        }
        return uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && loopbackHttpAllowed)
            ? null
            : $"Issuer '{Printable.Of(issuer)}' must begin with https://.";
    }
}
