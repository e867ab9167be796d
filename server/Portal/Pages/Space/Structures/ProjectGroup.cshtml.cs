using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.ProjectGroups;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class ProjectGroupModel(NpgsqlDataSource database, ProjectGroupStore groups, ScopedUserRoleStore roles, AuditLog audit) : StructurePage<ProjectGroup, ProjectGroupInput>
{
    public override string ListName => "Project groups";
    public override string Hint => "Roles may be limited to a group.";
    public override string BackUrl => At("project-groups");
    protected override string Kind => "project group";
    protected override (Permission, Permission, Permission) Needed => (Permission.ProjectGroupCreate, Permission.ProjectGroupEdit, Permission.ProjectGroupDelete);
    protected override string NameOf(ProjectGroup thing) => thing.Name;
    protected override object Blank => new { Name = "", Description = "" };
    protected override object Shown(ProjectGroup thing) => new { thing.Name, thing.Slug, thing.Description };
    protected override Task<ProjectGroup> FindAsync() => ProjectGroupEndpoints.Get(Id, Space, Caller, groups, Cancel);
    protected override Task CreateAsync(ProjectGroupInput input) => ProjectGroupEndpoints.Create(input, Space, Caller, database, groups, audit, Cancel);
    protected override Task UpdateAsync(ProjectGroupInput input) => ProjectGroupEndpoints.Update(Id, input, Space, Caller, database, groups, audit, Cancel);
    protected override Task DeleteAsync() => ProjectGroupEndpoints.Delete(Id, Space, Caller, database, groups, roles, audit, Cancel);
}
