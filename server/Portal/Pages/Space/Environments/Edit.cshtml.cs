using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Environments;

namespace OctoLogin.Portal.Pages.Space.Environments;

public sealed class EditEnvironmentModel(NpgsqlDataSource database, EnvironmentStore environments, ScopedUserRoleStore roles, AuditLog audit) : SpacePage
{
    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty]
    public EnvironmentForm Input { get; set; } = new();

    public DeploymentEnvironment Present { get; private set; } = null!;

    public bool MayThis(Permission permission) => Caller.May(permission, new(Space.Id, EnvironmentId: Present.Id));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Present = await EnvironmentEndpoints.SeenAsync(Id, Space, Caller, environments, Cancel);
        await next();
    }

    public void OnGet() => Input = EnvironmentForm.Of(Present);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => EnvironmentEndpoints.Update(Present.Id, Input.ToInput(), Space, Caller, database, environments, audit, Cancel))
            ? Done(At("environments"), $"Environment {Input.Name} was saved.")
            : Page();

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Present.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Present.Name));
        }
        if (await TryAsync(() => EnvironmentEndpoints.Delete(Present.Id, Space, Caller, database, environments, roles, audit, Cancel)))
        {
            return Done(At("environments"), $"Environment {Present.Name} was deleted.");
        }
        OnGet();
        return Page();
    }
}
