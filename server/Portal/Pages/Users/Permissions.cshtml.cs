using Microsoft.AspNetCore.Mvc;
using OctoLogin.Portal.Rights;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Users;

public sealed class PermissionsModel(UserStore users, SpaceStore spaces, ProjectStore projects, SpaceThings things, HeldRights rights) : PermissionsPage(users, spaces, projects, things, rights)
{
    [FromRoute]
    public required string Id { get; set; }

    public Task OnGetAsync() => ReadAsync(Id);
}
