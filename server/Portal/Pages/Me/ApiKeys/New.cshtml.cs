using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me.ApiKeys;

public sealed class NewModel(UserStore users, OctoLogin.Users.ApiKeys keys, CallerStore callers, TimeProvider clock) : PortalPage
{
    private const string Never = "never";

    [BindProperty]
    public ApiKeyForm Input { get; set; } = new(null, "90");

    /// <summary>In the answer to the form itself and not on a page after it: the key must not wait in a cookie.</summary>
    public NewApiKey? Made { get; private set; }

    public IReadOnlyList<SelectListItem> Lifetimes { get; } = [new("in 30 days", "30"), new("in 90 days", "90"), new("in a year", "365"), new("never", Never)];

    public void OnGet()
    {
        // a form
    }

    public async Task<IActionResult> OnPostAsync()
    {
        DateTimeOffset? expires = null;
        if (Input.Expires != Never)
        {
            if (int.TryParse(Input.Expires, CultureInfo.InvariantCulture, out var days) && Lifetimes.Any(one => one.Value == Input.Expires))
            {
                expires = clock.GetUtcNow().AddDays(days);
            }
            else
            {
                ModelState.AddModelError("Input.Expires", "Expires must be one of the list.");
            }
        }
        await TryAsync(async () => Made = (await UserEndpoints.CreateApiKey(Caller.UserId, new ApiKeyInput(Input.Purpose, expires), Caller, users, keys, callers, Cancel)).Value);
        return Page();
    }
}

public sealed record ApiKeyForm(string? Purpose, string? Expires);
