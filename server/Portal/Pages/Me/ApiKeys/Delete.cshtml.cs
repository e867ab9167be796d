using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me.ApiKeys;

public sealed class DeleteModel(UserStore users, ApiKeyStore store, OctoLogin.Users.ApiKeys keys, CallerStore callers) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    public ApiKey Key { get; private set; } = null!;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var mine = await store.ListAsync(Caller.UserId, Cancel);
        Key = mine.FirstOrDefault(key => key.Id == Id) ?? throw ApiException.NotFound("API key", Id);
        await next();
    }

    public void OnGet()
    {
        // the key is read above
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Key.Purpose))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Key.Purpose));
        }
        return await TryAsync(() => UserEndpoints.DeleteApiKey(Caller.UserId, Id, Caller, users, keys, callers, Cancel))
            ? Done("/app/me", $"The API key {Key.Purpose} was deleted.")
            : Page();
    }
}
