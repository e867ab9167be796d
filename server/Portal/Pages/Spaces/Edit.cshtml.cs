using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Spaces;

namespace OctoLogin.Portal.Pages.Spaces;

public sealed class EditModel(NpgsqlDataSource database, SpaceStore spaces, AuditLog audit) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    [BindProperty]
    public SpaceInput Input { get; set; } = new(null, null, null);

    public required OctoLogin.Spaces.Space Present { get; set; }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Present = await SpaceEndpoints.Get(Id, Caller, spaces, Cancel);
        await next();
    }

    public void OnGet() => Input = new(Present.Name, Present.Slug, Present.Description);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => SpaceEndpoints.Update(Id, Input, Caller, database, spaces, audit, Cancel))
            ? Done("/app/spaces", $"Space {Input.Name} was saved.")
            : Page();

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Present.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Present.Name));
        }
        if (await TryAsync(() => SpaceEndpoints.Delete(Id, Caller, database, spaces, audit, Cancel)))
        {
            return Done("/app/spaces", $"Space {Present.Name} was deleted.");
        }
        OnGet();
        return Page();
    }
}
