using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Services;

/// <summary>Reads a token in this one request. It is not kept, not logged and not shown again.</summary>
public sealed class TestTokenModel(ServiceAccountStore accounts, IdentityTest test) : ServiceAccountPage(accounts)
{
    public IdentityTestResult? Result { get; private set; }
    public JsonElement? Claims { get; private set; }
    public string? MakeUrl { get; private set; }

    public void OnGet()
    {
        // Only a form.
    }

    public async Task<IActionResult> OnPostAsync([FromForm(Name = "token")] string? text)
    {
        text = text?.Trim() ?? "";
        if (text.Length == 0)
        {
            ModelState.AddModelError("token", "Paste a token: three parts with dots between them.");
        }
        if (await TryAsync(async () => Result = await IdentityTestEndpoint.Test(Id, new(text, null), Caller, Accounts, test, Cancel)))
        {
            Claims = CompactJws.TryParse(text, out _)?.Payload;
            MakeUrl = !Result!.WouldSucceed && Claims is { } claims && MayEdit ? Identities.NewModel.UrlFor(Account, claims) : null;
        }
        return Page();
    }
}
