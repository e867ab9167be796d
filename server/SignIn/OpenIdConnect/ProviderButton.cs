using Microsoft.AspNetCore.WebUtilities;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What a sign-in page shows of the provider.</summary>
/// <param name="Url">Where it leads; a link and no form, as a form's answer may lead to no other server (CSP, <c>form-action</c>).</param>
/// <param name="IsAutomatic">Nobody has to press it.</param>
public sealed record ProviderButton(string Text, string Url, bool IsAutomatic);

public sealed class ProviderButtons(ProviderSettingsStore store)
{
    /// <summary>Null: no provider is enabled.</summary>
    public async ValueTask<ProviderButton?> FindAsync(string? returnTo, CancellationToken cancel)
    {
        var settings = await store.GetAsync(cancel);
        return settings is { IsEnabled: true, IsComplete: true }
            ? new(settings.DisplayName, QueryHelpers.AddQueryString(ProviderUris.StartPath, "redirectAfterLoginTo", LocalPath.OrHome(returnTo)), settings.AutoLogin)
            : null;
    }
}
