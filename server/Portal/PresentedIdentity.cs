using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Portal.Pages.Identities;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal;

/// <summary>The form of a new identity, with what somebody presented in its fields.</summary>
/// <param name="Fields">By their names in the form.</param>
public sealed record PresentedIdentity(string FormUrl, IReadOnlyDictionary<string, string?> Fields)
{
    /// <summary>With the fields in it, so only of claims that the audit has.</summary>
    public string Url => QueryHelpers.AddQueryString(FormUrl, Fields);

    /// <summary>To where the fields are sent in a body: claims that nothing keeps do not come into an address, which histories and logs do.</summary>
    public string FillUrl => QueryHelpers.AddQueryString(FormUrl, "handler", "Preview");

    /// <summary>Null: the claims do not suffice.</summary>
    public static PresentedIdentity? Of(ServiceAccount account, JsonElement claims) => PresentedClaims.Draft(claims, account.Audience) is not var (template, values) ? null : new(
        QueryHelpers.AddQueryString($"{ServiceAccountPage.UrlOf(account.Id)}/identities/new", "for", template.Key),
        new Dictionary<string, string?>(values.Select(value => KeyValuePair.Create<string, string?>(NewModel.Key(value.Key), value.Value))) { ["presented"] = "true" });
}
