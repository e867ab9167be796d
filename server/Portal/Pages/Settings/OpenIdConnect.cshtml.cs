using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.SignIn.OpenIdConnect;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class OpenIdConnectModel(
    ProviderSettingsStore store, ProviderSecret secrets, ProviderOptions options, ProviderUris uris, ProviderDocuments documents, AuditLog audit, NpgsqlDataSource database) : PortalPage
{
    public const string Path = "/app/settings/openid-connect";

    [BindProperty]
    public ProviderForm Input { get; set; } = new();

    /// <summary>As they are kept, whatever stands in the form.</summary>
    public ProviderSettingsResource Present { get; private set; } = null!;

    /// <summary>Null: the provider was not asked.</summary>
    public ProviderTest? Tested { get; private set; }

    public async Task OnGetAsync(bool test = false)
    {
        Present = await ProviderSettingsEndpoints.Get(Caller, store, uris, Cancel);
        Input = ProviderForm.Of(Present);
        if (test)
        {
            Tested = await ProviderSettingsEndpoints.Test(Caller, store, documents, Cancel);
        }
    }

    public Task<IActionResult> OnPostAsync() => SaveAsync(Path, "The settings were saved.");

    /// <summary>Saves, and then says what is wrong with the provider: what is not saved would be tested as something else.</summary>
    public Task<IActionResult> OnPostTestAsync() => SaveAsync($"{Path}?test=true", "The settings were saved, and the provider was asked.");

    private async Task<IActionResult> SaveAsync(string next, string flash)
    {
        Present = await ProviderSettingsEndpoints.Get(Caller, store, uris, Cancel);
        return await TryAsync(() => ProviderSettingsEndpoints.Save(Input.ToInput(), Caller, store, secrets, options, uris, audit, database, Cancel)) ? Done(next, flash) : Page();
    }
}

/// <summary>The form; a check box that is not sent is off.</summary>
public sealed class ProviderForm
{
    public bool IsEnabled { get; set; }
    public string? Issuer { get; set; }
    public string? ClientId { get; set; }

    /// <summary>A new one; empty: the one that is there stays.</summary>
    public string? ClientSecret { get; set; }
    public bool DeleteSecret { get; set; }
    public string? Scopes { get; set; }
    public string? RoleClaimType { get; set; }
    public string? UsernameClaimType { get; set; }
    public string? Resource { get; set; }
    public string? DisplayName { get; set; }
    public bool AllowAutoUserCreation { get; set; }
    public bool TrustUnverifiedEmail { get; set; }
    public bool AutoLogin { get; set; }

    public static ProviderForm Of(ProviderSettingsResource settings) => new()
    {
        IsEnabled = settings.IsEnabled,
        Issuer = settings.Issuer,
        ClientId = settings.ClientId,
        Scopes = settings.Scopes,
        RoleClaimType = settings.RoleClaimType,
        UsernameClaimType = settings.UsernameClaimType,
        Resource = settings.Resource,
        DisplayName = settings.DisplayName,
        AllowAutoUserCreation = settings.AllowAutoUserCreation,
        TrustUnverifiedEmail = settings.TrustUnverifiedEmail,
        AutoLogin = settings.AutoLogin,
    };

    public ProviderSettingsInput ToInput() => new(
        IsEnabled, Issuer, ClientId, !string.IsNullOrEmpty(ClientSecret) ? new(true, ClientSecret) : DeleteSecret ? new(false, null) : null, Scopes, RoleClaimType, UsernameClaimType, Resource,
        DisplayName, AllowAutoUserCreation, TrustUnverifiedEmail, AutoLogin);
}
