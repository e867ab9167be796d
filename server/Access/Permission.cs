using System.Collections.Frozen;

namespace OctoLogin.Access;

/// <summary>Octopus's permission names, which are also what clients and role definitions send; <see cref="AccountTokenCreate"/> is of this server alone.</summary>
public enum Permission
{
    AdministerSystem, UserView, UserEdit, TeamView, TeamEdit, SpaceView, SpaceEdit, SpaceCreate, EventView,
    ProjectView, ProjectCreate, ProjectEdit, ProjectDelete,
    ProjectGroupView, ProjectGroupCreate, ProjectGroupEdit, ProjectGroupDelete,
    LifecycleView, LifecycleCreate, LifecycleEdit, LifecycleDelete,
    EnvironmentView, EnvironmentCreate, EnvironmentEdit, EnvironmentDelete,
    TenantView, TenantCreate, TenantEdit, TenantDelete,
    TagSetCreate, TagSetEdit, TagSetDelete,
    MachineView, MachineCreate, MachineEdit, MachineDelete,
    AccountView, AccountCreate, AccountEdit, AccountDelete, AccountTokenCreate,
    FeedView, FeedEdit, ProcessView, ProcessEdit, VariableView, VariableEdit,
    ReleaseView, ReleaseCreate, ReleaseEdit, ReleaseDelete,
    DeploymentView, DeploymentCreate, DeploymentDelete,
    RunbookView, RunbookEdit, RunbookRunView, RunbookRunCreate,
    TaskView, TaskCreate, TaskCancel,
    BuiltInFeedPush, BuiltInFeedDownload, BuiltInFeedAdminister,
    BuildInformationPush, BuildInformationAdminister,
}

/// <summary>How a permission meets the limits (projects, environments, tenants) of the role that grants it.</summary>
[Flags]
public enum Reach
{
    /// <summary>Held in the whole space, whatever the role is limited to: things that all projects share and that are only read or added to.</summary>
    Everywhere = 0,
    Project = 1,
    Environment = 2,
    Tenant = 4,

    /// <summary>Held only by a role without limits: it changes what other projects depend on.</summary>
    Unlimited = 8,
}

public static class Permissions
{
    private const Reach Execution = Access.Reach.Project | Access.Reach.Environment | Access.Reach.Tenant;

    private static readonly FrozenDictionary<string, Permission> ByName =
        Enum.GetValues<Permission>().ToFrozenDictionary(permission => permission.ToString(), StringComparer.Ordinal);

    /// <summary>
    /// By its exact name; null: there is none. <c>Enum.TryParse</c> would also take <c>0</c> (AdministerSystem) and
    /// <c>UserView,UserEdit</c>, whose numbers together are a third permission's.
    /// </summary>
    public static Permission? Find(string name) => ByName.TryGetValue(name, out var permission) ? permission : null;

    public static bool IsSystem(this Permission permission) => permission is Permission.AdministerSystem
        or Permission.UserView or Permission.UserEdit or Permission.TeamView or Permission.TeamEdit
        or Permission.SpaceView or Permission.SpaceEdit or Permission.SpaceCreate or Permission.EventView;

    public static bool IsSpace(this Permission permission) => permission is not (Permission.AdministerSystem
        or Permission.UserView or Permission.UserEdit or Permission.SpaceCreate);

    public static Reach Reach(this Permission permission) => permission switch
    {
        Permission.ProjectView or Permission.ProjectCreate or Permission.ProjectEdit or Permission.ProjectDelete
            or Permission.ProjectGroupEdit or Permission.ProjectGroupDelete
            or Permission.ProcessView or Permission.ProcessEdit
            or Permission.ReleaseView or Permission.ReleaseCreate or Permission.ReleaseEdit or Permission.ReleaseDelete
            or Permission.RunbookView or Permission.RunbookEdit => Access.Reach.Project,
        Permission.VariableView or Permission.VariableEdit => Access.Reach.Project | Access.Reach.Environment,
        Permission.DeploymentView or Permission.DeploymentCreate or Permission.DeploymentDelete
            or Permission.RunbookRunView or Permission.RunbookRunCreate
            or Permission.TaskView or Permission.TaskCreate or Permission.TaskCancel or Permission.AccountTokenCreate => Execution,
        Permission.EnvironmentView or Permission.EnvironmentEdit or Permission.EnvironmentDelete => Access.Reach.Environment,
        Permission.MachineView or Permission.MachineCreate or Permission.MachineEdit or Permission.MachineDelete
            or Permission.AccountView or Permission.AccountCreate or Permission.AccountEdit or Permission.AccountDelete
            => Access.Reach.Environment | Access.Reach.Tenant,
        Permission.TenantView or Permission.TenantEdit or Permission.TenantDelete => Access.Reach.Tenant,
        Permission.SpaceView or Permission.TeamView or Permission.ProjectGroupView or Permission.LifecycleView
            or Permission.FeedView or Permission.BuiltInFeedPush or Permission.BuiltInFeedDownload
            or Permission.BuildInformationPush => Access.Reach.Everywhere,
        _ => Access.Reach.Unlimited,
    };
}
