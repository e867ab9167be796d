using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Services;

/// <summary>Reads a token, or claims, in this one request. Nothing of it is kept, logged or shown again, nor does it come into an address.</summary>
public sealed class TestTokenModel(ServiceAccountStore accounts, IdentityTest test) : ServiceAccountPage(accounts)
{
    private const string Field = "token";

    public IdentityTestResult? Result { get; private set; }
    public JsonElement? Claims { get; private set; }

    /// <summary>Claims were typed, of a token that nobody may have signed.</summary>
    public bool IsOfClaims { get; private set; }

    /// <summary>Null: nothing is missing, or the viewer may not add it.</summary>
    public PresentedIdentity? Identity { get; private set; }

    public void OnGet()
    {
        // Only a form.
    }

    public async Task<IActionResult> OnPostAsync([FromForm(Name = Field)] string? text)
    {
        text = text?.Trim() ?? "";
        IsOfClaims = text.StartsWith('{');
        var typed = IsOfClaims ? Read(text) : null;
        if (text.Length == 0)
        {
            ModelState.AddModelError(Field, "Paste a token, three parts with dots between them; or type claims as a JSON object.");
        }
        if (await TryAsync(async () => Result = await IdentityTestEndpoint.Test(Id, IsOfClaims ? new(null, typed) : new(text, null), Caller, Accounts, test, Cancel)))
        {
            Claims = IsOfClaims ? typed : CompactJws.TryParse(text, out _)?.Payload;
            Identity = Result!.MatchingIdentityId is null && Claims is { } claims && MayEdit ? PresentedIdentity.Of(Account, claims) : null;
        }
        Place();
        return Page();
    }

    // While one types, claims are no JSON most of the time.
    private JsonElement? Read(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException malformed)
        {
            ModelState.AddModelError(Field, $"The claims are not JSON: look at line {malformed.LineNumber + 1}, character {malformed.BytePositionInLine + 1}.");
            return null;
        }
    }

    /// <summary>What is wrong with the text is said beside it, as an answer like any other: htmx shows no page of an error.</summary>
    private void Place()
    {
        if (ModelState.TryGetValue("", out var general) && general.Errors.Count > 0)
        {
            foreach (var error in general.Errors.ToList())
            {
                general.Errors.Remove(error);
                ModelState.AddModelError(Field, error.ErrorMessage);
            }
            Response.StatusCode = StatusCodes.Status200OK;
        }
    }
}
