using OctoLogin.Access;
using OctoLogin.Portal.Rights;

namespace OctoLogin.Portal.Pages.Roles;

public sealed class IndexModel(UserRoleStore roles, TeamList teams) : PortalPage
{
    public IReadOnlyList<UserRole> Roles { get; private set; } = [];
    public ILookup<string, Thing> Teams { get; private set; } = Array.Empty<Thing>().ToLookup(thing => thing.Id);

    public async Task OnGetAsync()
    {
        Roles = await UserRoleEndpoints.All(Caller, roles, Cancel);
        Teams = await teams.ByRoleAsync(Caller.SpacesWith(Permission.TeamView), May(Permission.TeamView), Cancel);
    }
}
