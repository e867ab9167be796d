using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Deployments;
using OctoLogin.Executions;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Space.Deployments;

/// <summary>A deployment is looked at by its task; who may not see that sees what was asked for.</summary>
public sealed class DeploymentModel(DeploymentStore deployments, ServerTaskStore tasks, SpaceNames names, NpgsqlDataSource database, AuditLog audit) : SpacePage
{
    [FromRoute]
    public string Id { get; set; } = "";

    /// <summary>The page itself, not its task.</summary>
    [BindProperty(SupportsGet = true, Name = "view")]
    public string? View { get; set; }

    public Deployment Deployment { get; private set; } = null!;
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());
    public bool MayDelete => Caller.May(Permission.DeploymentDelete, ExecutionPlaces.Target(Deployment));

    public async Task<IActionResult> OnGetAsync()
    {
        Deployment = await DeploymentEndpoints.Get(Id, Space, Caller, deployments, Cancel);
        if (View is null && Caller.May(Permission.TaskView, ExecutionPlaces.Target(Deployment)))
        {
            return Redirect(At($"tasks/{Deployment.TaskId}"));
        }
        Names = await names.OfAsync([Deployment.ProjectId, Deployment.EnvironmentId, Deployment.TenantId], Space.Id, Caller, Cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        Deployment = await DeploymentEndpoints.Get(Id, Space, Caller, deployments, Cancel);
        if (!ConfirmDelete.IsConfirmed(confirm, Deployment.Id))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Deployment.Id));
        }
        if (await TryAsync(() => DeploymentEndpoints.Delete(Id, Space, Caller, deployments, tasks, database, audit, Cancel)))
        {
            return Done(At($"projects/{Deployment.ProjectId}"), $"{Deployment.Name} was deleted.");
        }
        View = "yes";
        return await OnGetAsync();
    }
}
