using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Environments;

namespace OctoLogin.Portal.Pages.Space.Environments;

public sealed class NewEnvironmentModel(NpgsqlDataSource database, EnvironmentStore environments, AuditLog audit) : SpacePage
{
    [BindProperty]
    public EnvironmentForm Input { get; set; } = new();

    public void OnGet() => Caller.Demand(Permission.EnvironmentCreate, AccessTarget.Space(Space.Id));

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => EnvironmentEndpoints.Create(Input.ToInput(), Space, Caller, database, environments, audit, Cancel))
            ? Done(At("environments"), $"Environment {Input.Name} was created.")
            : Page();
}
