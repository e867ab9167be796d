using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Projects;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Tenants;

public sealed class NewTenantModel(TenantStore tenants, TenantChanges changes, ProjectStore projects, EnvironmentStore environments, TagSetStore sets) : TenantPage(projects, environments, sets)
{
    [BindProperty]
    public TenantForm Input { get; set; } = new();

    public TenantChoices Choices { get; private set; } = TenantChoices.None;

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.TenantCreate, AccessTarget.Space(Space.Id));
        Choices = await ChoicesAsync();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await OnGetAsync();
        Tenant? made = null;
        return await TryAsync(async () => made = Made<Tenant>(await TenantEndpoints.Create(Input.ToInput(null, Choices), null, Space, Caller, tenants, changes, Cancel)))
            ? Done(At($"tenants/{made!.Slug}"), $"Tenant {made.Name} was created.")
            : Page();
    }
}
