using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me.ApiKeys;

public sealed class DeleteModel(UserStore users, ApiKeyStore store, OctoLogin.Users.ApiKeys keys, CallerStore callers) : ApiKeyDeletionPage(users, store, keys, callers)
{
    [FromRoute]
    public required string Id { get; set; }

    public override PageTitle Title => new("Delete API key", "My account", "/app/me");

    protected override string OwnerId => Caller.UserId;
    protected override string KeyId => Id;
}
