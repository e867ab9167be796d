using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Machines;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Targets;

public sealed class NewTargetModel(MachineChanges changes, EnvironmentStore environments, TenantStore tenants) : TargetPage(environments, tenants)
{
    [BindProperty]
    public TargetForm Input { get; set; } = new();

    public TargetChoices Choices { get; private set; } = new([], []);

    public async Task OnGetAsync(string? kind)
    {
        Caller.DemandSomewhere(Permission.MachineCreate, Space.Id);
        Input.Endpoint ??= TargetKinds.EndpointOf(kind);
        Choices = await ChoicesAsync();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await OnGetAsync(null);
        Machine? made = null;
        return await TryAsync(async () => made = Made<Machine>(await MachineEndpoints.Create(Input.ToInput(null, Choices), Space, Caller, changes, Cancel)))
            ? Done(At($"targets/{made!.Id}"), $"Target {made.Name} was created.")
            : Page();
    }
}
