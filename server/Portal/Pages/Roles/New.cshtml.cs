using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;

namespace OctoLogin.Portal.Pages.Roles;

public sealed class NewModel(NpgsqlDataSource database, UserRoleStore roles, AuditLog audit) : PortalPage
{
    [BindProperty]
    public RoleForm Input { get; set; } = new();

    public void OnGet() => Caller.Demand(Permission.TeamEdit, AccessTarget.System);

    public async Task<IActionResult> OnPostAsync()
    {
        var id = "";
        return await TryAsync(async () => id = (await UserRoleEndpoints.Create(Input.ToInput(), Caller, database, roles, audit, Cancel)).Value!.Id)
            ? Done($"/app/roles/{id}", $"Role {Input.Name} was created. Give it to a team.")
            : Page();
    }
}
