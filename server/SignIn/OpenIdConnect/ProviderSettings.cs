namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What an administrator set for the company's identity provider: the one row of <c>oidc_provider</c>, or what holds without it.</summary>
public sealed record ProviderSettings
{
    public const string Id = "authentication-generic-oidc";

    /// <summary>The provider's name in routes, as Octopus spells it.</summary>
    public const string ProviderName = "GenericOidc";

    public static readonly ProviderSettings Unset = new()
    {
        IsEnabled = false,
        Scopes = "openid profile email",
        RoleClaimType = "groups",
        UsernameClaimType = "preferred_username",
        DisplayName = "OpenID Connect",
        AllowAutoUserCreation = false,
        TrustUnverifiedEmail = false,
        AutoLogin = false,
        Version = 0,
    };

    public required bool IsEnabled { get; init; }

    /// <summary>Exactly as the provider's discovery document and tokens have it.</summary>
    public string? Issuer { get; init; }
    public string? ClientId { get; init; }

    /// <summary>Encrypted (<see cref="ProviderSecret"/>); null: a public client, which proves itself by PKCE alone.</summary>
    public byte[]? ClientSecret { get; init; }
    public required string Scopes { get; init; }
    public required string RoleClaimType { get; init; }
    public required string UsernameClaimType { get; init; }

    /// <summary>The <c>resource</c> parameter that AD FS wants; null: none is sent.</summary>
    public string? Resource { get; init; }

    /// <summary>The text of the button on the sign-in page.</summary>
    public required string DisplayName { get; init; }
    public required bool AllowAutoUserCreation { get; init; }

    /// <summary>Whether <c>email_verified: false</c> may still lead to an existing account.</summary>
    public required bool TrustUnverifiedEmail { get; init; }

    /// <summary>Whether the sign-in page goes on to the provider by itself.</summary>
    public required bool AutoLogin { get; init; }

    /// <summary>Another one for each change.</summary>
    public required long Version { get; init; }

    /// <summary>Enough is set for somebody to be sent to the provider, be it only for a test.</summary>
    public bool IsComplete => Issuer is not null && ClientId is not null;
}
