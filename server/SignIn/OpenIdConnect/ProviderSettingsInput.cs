using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What a client sends; absent or null keeps what is there, and an empty text clears what may be absent.</summary>
public sealed record ProviderSettingsInput(
    bool? IsEnabled = null, string? Issuer = null, string? ClientId = null, SecretInput? ClientSecret = null, string? Scopes = null, string? RoleClaimType = null,
    string? UsernameClaimType = null, string? Resource = null, string? DisplayName = null, bool? AllowAutoUserCreation = null, bool? TrustUnverifiedEmail = null, bool? AutoLogin = null)
{
    private const string Discovery = "/.well-known/openid-configuration";
    private static readonly string[] RequiredScopes = ["openid", "profile", "email"];

    /// <summary>The settings with what was sent, or every fault of it. Pure, but for sealing a new secret.</summary>
    /// <param name="loopbackHttpAllowed">In Development a provider on this machine may use plain http.</param>
    public ProviderSettings ApplyTo(ProviderSettings present, ProviderSecret secrets, bool loopbackHttpAllowed)
    {
        var validation = new Validation();
        var applied = present with
        {
            IsEnabled = IsEnabled ?? present.IsEnabled,
            Issuer = validation.Optional("Issuer", Issuer ?? present.Issuer, 500),
            ClientId = validation.Optional("ClientId", ClientId ?? present.ClientId, 500),
            Scopes = string.Join(' ', (Scopes ?? present.Scopes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)),
            RoleClaimType = validation.Required("RoleClaimType", RoleClaimType ?? present.RoleClaimType),
            UsernameClaimType = validation.Required("UsernameClaimType", UsernameClaimType ?? present.UsernameClaimType),
            Resource = validation.Optional("Resource", Resource ?? present.Resource, 500),
            DisplayName = validation.Required("DisplayName", DisplayName ?? present.DisplayName, 100),
            AllowAutoUserCreation = AllowAutoUserCreation ?? present.AllowAutoUserCreation,
            TrustUnverifiedEmail = TrustUnverifiedEmail ?? present.TrustUnverifiedEmail,
            AutoLogin = AutoLogin ?? present.AutoLogin,
        };
        validation.Fault(applied.Issuer is null ? null : IssuerFault(applied.Issuer, loopbackHttpAllowed));
        validation.Fault(ScopesFault(applied.Scopes));
        validation.Check(applied.DisplayName.All(c => char.IsLetterOrDigit(c) || c is '-' or ' '),
            $"DisplayName is '{Printable.Of(applied.DisplayName)}'; it is the text of a button and may hold letters, digits, hyphens and spaces only, such as 'Company Login'.");
        validation.Check(!applied.IsEnabled || applied.Issuer is not null, "Issuer is empty; set it to the provider's issuer URL before IsEnabled, or leave IsEnabled off.");
        validation.Check(!applied.IsEnabled || applied.ClientId is not null, "ClientId is empty; set it to the client ID that the provider gave this server before IsEnabled, or leave IsEnabled off.");
        applied = applied with { ClientSecret = Secret(validation, present, applied, secrets) };
        validation.ThrowIfAny();
        return applied;
    }

    internal static string? IssuerFault(string issuer, bool loopbackHttpAllowed)
    {
        var isUrl = Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length == 0 && !issuer.Contains('?') && !issuer.Contains('#')
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && loopbackHttpAllowed));
        return !isUrl
            ? $"Issuer is '{Printable.Of(issuer)}'; it must be an https URL without user, query or fragment, exactly as the provider names itself, such as https://login.example.com/application/o/octologin/."
            : issuer.TrimEnd('/').EndsWith(Discovery, StringComparison.OrdinalIgnoreCase)
                ? $"Issuer is '{Printable.Of(issuer)}', which is the address of the discovery document; give what stands before {Discovery}, with its slash at the end if the provider's issuer has one."
                : null;
    }

    private static string? ScopesFault(string scopes)
    {
        var missing = RequiredScopes.Except(scopes.Split(' ')).ToList();
        return missing.Count > 0
            ? $"Scopes is '{Printable.Of(scopes)}'; it must contain openid, profile and email, and lacks {string.Join(" and ", missing)}. Separate them by spaces, such as 'openid profile email groups'."
            // RFC 6749 section 3.3
            : scopes.Length > 1000 || !scopes.All(c => c is >= ' ' and <= '~' and not '"' and not '\\')
                ? $"Scopes is '{Printable.Of(scopes)}'; a scope is at most 1000 characters of ASCII without quotes and backslashes." : null;
    }

    private byte[]? Secret(Validation validation, ProviderSettings present, ProviderSettings applied, ProviderSecret secrets)
    {
        if (ClientSecret is { NewValue: { Length: > 0 } given })
        {
            validation.Check(given.Length <= 2000, $"ClientSecret may have at most 2000 characters, not {given.Length}.");
            return secrets.Seal(given);
        }
        if (ClientSecret is { HasValue: false } or { NewValue: "" })
        {
            return null;
        }
        // Kept, it would be sent to whoever the new issuer is: a way to read what cannot be read back.
        validation.Check(present.ClientSecret is null || applied.Issuer == present.Issuer,
            $"ClientSecret must be given again, or deleted, when Issuer changes: the one that is there was made by {Printable.Of(present.Issuer)}.");
        return present.ClientSecret;
    }
}

/// <summary>A secret as it is sent: <c>NewValue</c> sets it, <c>HasValue: false</c> alone deletes it, and <c>HasValue: true</c> alone keeps it.</summary>
public sealed record SecretInput(bool? HasValue, string? NewValue);

/// <summary>The settings as they are shown.</summary>
public sealed record ProviderSettingsResource(
    string Id, bool IsEnabled, string? Issuer, string? ClientId, SecretShown ClientSecret, string Scopes, string RoleClaimType, string UsernameClaimType, string? Resource,
    string DisplayName, bool AllowAutoUserCreation, bool TrustUnverifiedEmail, bool AutoLogin, string RedirectUri, string BackChannelLogoutUri)
{
    public IReadOnlyDictionary<string, string> Links { get; } = new Dictionary<string, string>
    {
        ["Self"] = $"/api/configuration/{ProviderSettings.Id}/values",
        ["Test"] = $"/api/configuration/{ProviderSettings.Id}/test",
    };

    public static ProviderSettingsResource Of(ProviderSettings settings, ProviderUris uris) => new(
        ProviderSettings.Id, settings.IsEnabled, settings.Issuer, settings.ClientId, new(settings.ClientSecret is not null), settings.Scopes, settings.RoleClaimType,
        settings.UsernameClaimType, settings.Resource, settings.DisplayName, settings.AllowAutoUserCreation, settings.TrustUnverifiedEmail, settings.AutoLogin,
        uris.Redirect, uris.BackChannelLogout);
}

/// <summary>Whether there is a secret, and nothing of it.</summary>
public sealed record SecretShown(bool HasValue)
{
    // Octopus's clients send back what they read.
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? NewValue => null;
}
