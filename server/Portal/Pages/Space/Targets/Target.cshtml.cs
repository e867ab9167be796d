using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.HealthChecks;
using OctoLogin.Machines;
using OctoLogin.ServerTasks;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Targets;

public sealed class TargetModel(MachineStore machines, MachineChanges changes, CreateTask tasks, EnvironmentStore environments, TenantStore tenants) : TargetPage(environments, tenants)
{
    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty]
    public TargetForm Input { get; set; } = new();

    public Machine Present { get; private set; } = null!;
    public TargetChoices Choices { get; private set; } = new([], []);

    public bool MayEverywhere(Permission permission) => MachineTargets.Of(Present).All(target => Caller.May(permission, target));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Present = await MachineEndpoints.Get(Id, Space, Caller, machines, Cancel);
        Choices = await ChoicesAsync();
        await next();
    }

    public void OnGet() => Input = TargetForm.Of(Present);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => MachineEndpoints.Update(Present.Id, Input.ToInput(Present, Choices), Space, Caller, machines, changes, Cancel))
            ? Done(At($"targets/{Present.Id}"), $"Target {Input.Name} was saved.")
            : Page();

    public async Task<IActionResult> OnPostCheckAsync()
    {
        var arguments = JsonSerializer.SerializeToElement(new { MachineIds = new[] { Present.Id } });
        var task = await tasks.RunAsync(new TaskCommand { Name = HealthCheckRunner.Name, Arguments = arguments }, Space, Caller, Cancel);
        return Done(At($"tasks/{task.Id}"), "The health check was queued.");
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Present.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Present.Name));
        }
        if (await TryAsync(() => MachineEndpoints.Delete(Present.Id, Space, Caller, machines, changes, Cancel)))
        {
            return Done(At("targets"), $"Target {Present.Name} was deleted.");
        }
        OnGet();
        return Page();
    }
}
