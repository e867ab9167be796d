using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Projects;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Tenants;

public sealed class TenantModel(TenantStore tenants, TenantChanges changes, SpaceNames names, ProjectStore projects, EnvironmentStore environments, TagSetStore sets) : TenantPage(projects, environments, sets)
{
    [FromRoute]
    public string Id { get; set; } = "";

    [BindProperty]
    public TenantForm Input { get; set; } = new();

    public Tenant Present { get; private set; } = null!;
    public TenantChoices Choices { get; private set; } = TenantChoices.None;
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());

    public bool MayThis(Permission permission) => Caller.May(permission, TenantEndpoints.Target(Present));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Present = await TenantEndpoints.SeenAsync(Id, Space, Caller, tenants, Cancel);
        Choices = await ChoicesAsync();
        Names = await names.OfAsync(Present.ProjectEnvironments.SelectMany(entry => entry.Value.Append(entry.Key)), Space.Id, Caller, Cancel);
        await next();
    }

    public void OnGet() => Input = TenantForm.Of(Present);

    public async Task<IActionResult> OnPostAsync()
    {
        Tenant? changed = null;
        return await TryAsync(async () => changed = await TenantEndpoints.Update(Present.Id, Input.ToInput(Present, Choices), Space, Caller, tenants, changes, Cancel))
            ? Done(At($"tenants/{changed!.Slug}"), $"Tenant {changed.Name} was saved.")
            : Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Present.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Present.Name));
        }
        if (await TryAsync(() => TenantEndpoints.Delete(Present.Id, Space, Caller, tenants, changes, Cancel)))
        {
            return Done(At("tenants"), $"Tenant {Present.Name} was deleted.");
        }
        OnGet();
        return Page();
    }
}
