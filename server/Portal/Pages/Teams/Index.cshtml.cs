using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Portal.Rights;

namespace OctoLogin.Portal.Pages.Teams;

public sealed class IndexModel(TeamList list) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<TeamRow> Teams { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var spaces = Caller.DemandSpacesWith(Permission.TeamView);
        var found = await list.ReadAsync(spaces, May(Permission.TeamView), Text?.Trim(), After, Take + 1, Caller, Cancel);
        (Teams, Pager) = Pager.Cut(found, Take, team => team.Id, "/app/teams", Text, After);
    }
}
