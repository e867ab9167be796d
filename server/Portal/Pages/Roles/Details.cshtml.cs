using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Portal.Rights;

namespace OctoLogin.Portal.Pages.Roles;

public sealed class DetailsModel(NpgsqlDataSource database, UserRoleStore roles, ScopedUserRoleStore scoped, TeamList list, AuditLog audit) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    [BindProperty]
    public RoleForm Input { get; set; } = new();

    public required UserRole Role { get; set; }
    public IReadOnlyList<Thing> Teams { get; private set; } = [];
    public bool MayEdit => Role.CanBeDeleted && May(Permission.TeamEdit);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Role = await UserRoleEndpoints.Get(Id, Caller, roles, Cancel);
        Teams = [.. (await list.ByRoleAsync(Caller.SpacesWith(Permission.TeamView), May(Permission.TeamView), Cancel))[Role.Id]];
        await next();
    }

    public void OnGet() => Input = RoleForm.Of(Role);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => UserRoleEndpoints.Update(Role.Id, Input.ToInput(), Caller, database, roles, scoped, audit, Cancel))
            ? Done($"/app/roles/{Role.Id}", $"Role {Input.Name} was saved.")
            : Page();

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Role.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Role.Name));
        }
        if (await TryAsync(() => UserRoleEndpoints.Delete(Role.Id, Caller, database, roles, scoped, audit, Cancel)))
        {
            return Done("/app/roles", $"Role {Role.Name} was deleted.");
        }
        OnGet();
        return Page();
    }
}

public sealed record RoleForm
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string[]? GrantedSystemPermissions { get; init; }
    public string[]? GrantedSpacePermissions { get; init; }

    public static RoleForm Of(UserRole role) => new()
    {
        Name = role.Name, Description = role.Description, GrantedSystemPermissions = role.GrantedSystemPermissions, GrantedSpacePermissions = role.GrantedSpacePermissions,
    };

    public UserRoleInput ToInput() => new(Name, Description, GrantedSpacePermissions, GrantedSystemPermissions);
}
