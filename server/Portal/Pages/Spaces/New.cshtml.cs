using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Spaces;

namespace OctoLogin.Portal.Pages.Spaces;

public sealed class NewModel(NpgsqlDataSource database, SpaceStore spaces, AuditLog audit) : PortalPage
{
    [BindProperty]
    public SpaceInput Input { get; set; } = new(null, null, null);

    public void OnGet() => Caller.Demand(Permission.SpaceCreate, AccessTarget.System);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => SpaceEndpoints.Create(Input, Caller, database, spaces, audit, Cancel))
            ? Done("/app/spaces", $"Space {Input.Name} was created.")
            : Page();
}
