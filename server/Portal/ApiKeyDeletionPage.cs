using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.Portal;

/// <summary>Deletes an API key whose purpose was typed: one's own, another person's or a service account's.</summary>
public abstract class ApiKeyDeletionPage(UserStore users, ApiKeyStore store, ApiKeys keys, CallerStore callers) : PortalPage
{
    public User Owner { get; private set; } = null!;
    public ApiKey Key { get; private set; } = null!;

    public virtual PageTitle Title => Owner.IsService
        ? new("Delete API key", Owner.Username, $"{ServiceAccountPage.UrlOf(Owner.Id)}#keys")
        : new("Delete API key", Owner.DisplayName, $"{PortalServices.Root}/users/{Owner.Id}");

    /// <summary>A user's Id.</summary>
    protected abstract string OwnerId { get; }
    protected abstract string KeyId { get; }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Owner = await UserEndpoints.KeyOwnerAsync(OwnerId, "Deleting this user's API key", Caller, users, callers, Cancel);
        var all = await store.ListAsync(Owner.Id, Cancel);
        Key = all.FirstOrDefault(key => key.Id == KeyId) ?? throw ApiException.NotFound("API key", KeyId);
        await next();
    }

    public void OnGet()
    {
        // Only asks.
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Key.Purpose))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Key.Purpose));
        }
        return await TryAsync(() => UserEndpoints.DeleteApiKey(Owner.Id, Key.Id, Caller, users, keys, callers, Cancel))
            ? Done(Title.ParentUrl!, $"The API key {Key.Purpose} was deleted. What used it is refused from now on.")
            : Page();
    }
}
