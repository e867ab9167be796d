using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.SignIn;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Teams;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Users;

public sealed class DetailsModel(
    UserStore users, UserAccounts accounts, CallerStore callers, TeamStore teams, ApiKeyStore keyStore, Sessions signedIn, AccountUnlinking unlinking, TimeProvider clock) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    [BindProperty]
    public PersonForm Input { get; set; } = new();

    public required User Person { get; set; }
    public IReadOnlyList<Team> Teams { get; private set; } = [];
    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];
    public IReadOnlyList<Session> Sessions { get; private set; } = [];

    /// <summary>Why the caller may not change them; null: they may.</summary>
    public string? Refusal { get; private set; }

    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public bool IsSelf => Person.Id == Caller.UserId;
    private string Address => $"/app/users/{Person.Id}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Person = await UserEndpoints.Get(Id, Caller, users, Cancel);
        if (Person.IsService)
        {
            context.Result = Redirect($"/app/service-accounts/{Person.Id}");
            return;
        }
        await next();
    }

    public async Task OnGetAsync()
    {
        Input = new() { Username = Person.Username, DisplayName = Person.DisplayName, EmailAddress = Person.EmailAddress };
        await ReadAsync();
    }

    public async Task<IActionResult> OnPostAsync() =>
        await ChangeAsync(new(Input.Username, Input.DisplayName, Input.EmailAddress, null, null, null), $"User {Input.Username} was saved.");

    public async Task<IActionResult> OnPostStateAsync(bool active) =>
        await ChangeAsync(new(null, null, null, active, null, null), $"User {Person.Username} was {(active ? "enabled" : "disabled")}.");

    public async Task<IActionResult> OnPostPasswordAsync()
    {
        if (string.IsNullOrEmpty(Input.Password))
        {
            ModelState.AddModelError("Input.Password", "Password is required.");
        }
        return await ChangeAsync(new(null, null, null, null, null, Input.Password), $"The password of {Person.Username} was set.");
    }

    public async Task<IActionResult> OnPostEndSessionAsync(string session) => await DoAsync(
        () => SessionEndpoints.End(Person.Id, session, Caller, users, callers, signedIn, Cancel), "The session was ended.");

    public async Task<IActionResult> OnPostEndSessionsAsync() => await DoAsync(
        () => SessionEndpoints.EndAll(Person.Id, Caller, users, callers, signedIn, Cancel), IsSelf ? "All your other sessions were ended." : $"All sessions of {Person.Username} were ended.");

    public async Task<IActionResult> OnPostUnlinkAsync(string identity) => await DoAsync(
        () => ProviderSignInEndpoints.Unlink(Person.Id, identity, Caller, users, callers, unlinking, Cancel), "The link was taken away; the sessions that it began were ended.");

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Person.Username))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Person.Username));
        }
        if (await TryAsync(() => UserEndpoints.Delete(Person.Id, Caller, users, accounts, callers, Cancel)))
        {
            return Done("/app/users", $"User {Person.Username} was deleted.");
        }
        await OnGetAsync();
        return Page();
    }

    private Task<IActionResult> ChangeAsync(UserInput input, string done) => DoAsync(() => UserEndpoints.Update(Person.Id, input, Caller, users, accounts, callers, Cancel), done);

    private async Task<IActionResult> DoAsync(Func<Task> change, string done)
    {
        if (await TryAsync(change))
        {
            return Done(Address, done);
        }
        // What another form of the page sent is empty here; it shows what is there.
        Input = Input with { Username = Input.Username ?? Person.Username, DisplayName = Input.DisplayName ?? Person.DisplayName, EmailAddress = Input.EmailAddress ?? Person.EmailAddress };
        await ReadAsync();
        return Page();
    }

    private async Task ReadAsync()
    {
        Teams = await teams.OfUserAsync(Person.Id, Cancel);
        Keys = (await UserEndpoints.ListApiKeys(Person.Id, OctoLogin.Http.Page.All, Caller, users, keyStore, Cancel)).Items;
        try
        {
            await UserEndpoints.ControlledAsync(Person.Id, "Changing this user", Caller, users, callers, Cancel);
        }
        catch (ApiException refusal) when (refusal.Status == StatusCodes.Status403Forbidden)
        {
            Refusal = refusal.Message;
        }
        if (Refusal is null || IsSelf)
        {
            Sessions = (await SessionEndpoints.List(Person.Id, OctoLogin.Http.Page.All, Caller, users, callers, signedIn, Cancel)).Items;
        }
    }
}

public sealed record PersonForm
{
    public string? Username { get; init; }
    public string? DisplayName { get; init; }
    public string? EmailAddress { get; init; }
    public string? Password { get; init; }
}
