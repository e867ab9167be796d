using OctoLogin.Portal.Rights;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me;

public sealed class PermissionsModel(UserStore users, SpaceStore spaces, ProjectStore projects, SpaceThings things, HeldRights rights) : PermissionsPage(users, spaces, projects, things, rights)
{
    public Task OnGetAsync() => ReadAsync(Caller.UserId);
}
