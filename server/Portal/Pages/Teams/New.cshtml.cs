using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Spaces;
using OctoLogin.Teams;

namespace OctoLogin.Portal.Pages.Teams;

public sealed class NewModel(NpgsqlDataSource database, SpaceStore spaces, TeamStore teams, AuditLog audit) : PortalPage
{
    [BindProperty]
    public TeamForm Input { get; set; } = new();

    /// <summary>Where the caller may make one.</summary>
    public IReadOnlyList<SelectListItem> Places { get; private set; } = [];

    public Task OnGetAsync() => ReadAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        var id = "";
        var input = new TeamInput(Input.Name, Input.SpaceId, Input.Description, [], []);
        if (await TryAsync(async () => id = (await TeamEndpoints.Create(input, null, Caller, database, spaces, teams, audit, Cancel)).Value!.Id))
        {
            return Done($"/app/teams/{id}", $"Team {Input.Name} was created. Give it members and roles.");
        }
        await ReadAsync();
        return Page();
    }

    private async Task ReadAsync()
    {
        var allowed = Caller.DemandSpacesWith(Permission.TeamEdit);
        var seen = (await SpaceEndpoints.List(OctoLogin.Http.Page.All, Caller, spaces, Cancel)).Items;
        Places =
        [
            .. allowed is null ? (SelectListItem[])[new("the server: can have roles in every space", "")] : [],
            .. seen.Where(space => allowed is null || allowed.Contains(space.Id)).Select(space => new SelectListItem($"space {space.Name}", space.Id)),
        ];
    }
}

public sealed record TeamForm
{
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>Empty: the server.</summary>
    public string? SpaceId { get; init; }
}
