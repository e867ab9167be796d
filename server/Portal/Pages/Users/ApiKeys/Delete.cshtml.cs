using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Users.ApiKeys;

public sealed class DeleteModel(UserStore users, ApiKeyStore store, OctoLogin.Users.ApiKeys keys, CallerStore callers) : ApiKeyDeletionPage(users, store, keys, callers)
{
    [FromRoute]
    public required string Id { get; set; }

    [FromRoute]
    public required string UserKey { get; set; }

    protected override string OwnerId => Id;
    protected override string KeyId => UserKey;
}
