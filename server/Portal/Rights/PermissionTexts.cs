using OctoLogin.Access;

namespace OctoLogin.Portal.Rights;

/// <summary>What each permission allows, in the words of docs/permissions.md (a test compares them), and what it is about.</summary>
public static class PermissionTexts
{
    /// <summary>After "may".</summary>
    public static string Of(Permission permission) => permission switch
    {
        Permission.AdministerSystem => "everything, everywhere; issuers, and any access token",
        Permission.UserView => "see users, service accounts, their OIDC identities, and issuers",
        Permission.UserEdit => "make and change them, as far as one holds all that they may do",
        Permission.SpaceCreate => "make spaces",
        Permission.SpaceView => "see a space (any role in a space is enough, too)",
        Permission.SpaceEdit => "change and delete a space",
        Permission.TeamView => "see teams, user roles and who has which",
        Permission.TeamEdit => "make teams and give roles, as far as one holds them",
        Permission.EventView => "read the audit",
        Permission.ProjectView => "see a project and its channels",
        Permission.ProjectCreate => "make a project; for a limited role only in its project groups",
        Permission.ProjectEdit => "change a project; make, change and delete its channels",
        Permission.ProjectDelete => "delete a project",
        Permission.ProjectGroupView => "see project groups",
        Permission.ProjectGroupCreate => "make a project group",
        Permission.ProjectGroupEdit => "change a project group; a limited role only its own",
        Permission.ProjectGroupDelete => "delete a project group; a limited role only its own",
        Permission.LifecycleView => "see lifecycles",
        Permission.LifecycleCreate => "make a lifecycle",
        Permission.LifecycleEdit => "change a lifecycle",
        Permission.LifecycleDelete => "delete a lifecycle",
        Permission.EnvironmentView => "see an environment",
        Permission.EnvironmentCreate => "make an environment",
        Permission.EnvironmentEdit => "change an environment; their order with all of them",
        Permission.EnvironmentDelete => "delete an environment",
        Permission.TenantView => "see a tenant, and tag sets",
        Permission.TenantCreate => "make a tenant",
        Permission.TenantEdit => "change a tenant",
        Permission.TenantDelete => "delete a tenant",
        Permission.TagSetCreate => "make a tag set",
        Permission.TagSetEdit => "change a tag set, and their order",
        Permission.TagSetDelete => "delete a tag set",
        Permission.MachineView => "see a deployment target in one of its environments",
        Permission.MachineCreate => "make a target in all of its environments, for all of its tenants",
        Permission.MachineEdit => "change a target, likewise",
        Permission.MachineDelete => "delete a target, likewise",
        Permission.AccountView => "see a cloud account in one of its environments; name it in a variable or a target",
        Permission.AccountCreate => "make a cloud account in all of its environments, for all of its tenants",
        Permission.AccountEdit => "change a cloud account, likewise",
        Permission.AccountDelete => "delete a cloud account, likewise",
        Permission.AccountTokenCreate => "take an ID token of an account that one sees, as a deployment of the project there would get it",
        Permission.FeedView => "see feeds, packages and build information",
        Permission.FeedEdit => "make, change and delete feeds of registries",
        Permission.ProcessView => "see a project's deployment process",
        Permission.ProcessEdit => "change it",
        Permission.VariableView => "see a project's variables, never what is sensitive; those for other environments alone are left out",
        Permission.VariableEdit => "change a project's variables; a role for some environments only those that hold nowhere else",
        Permission.ReleaseView => "see a release",
        Permission.ReleaseCreate => "make a release",
        Permission.ReleaseEdit => "change its notes; let it take the present variables",
        Permission.ReleaseDelete => "delete a release",
        Permission.DeploymentView => "see a deployment",
        Permission.DeploymentCreate => "deploy a release",
        Permission.DeploymentDelete => "delete the record of a deployment",
        Permission.RunbookView => "see a runbook, its process and snapshots",
        Permission.RunbookEdit => "make, change, delete and publish runbooks",
        Permission.RunbookRunView => "see a run of a runbook",
        Permission.RunbookRunCreate => "run a runbook",
        Permission.TaskView => "see a task and read its log",
        Permission.TaskCreate => "start a task that belongs to no deployment or run: a test of an account, a health check of targets that one sees",
        Permission.TaskCancel => "cancel a task",
        Permission.BuiltInFeedPush => "push a package",
        Permission.BuiltInFeedDownload => "download a package",
        Permission.BuiltInFeedAdminister => "overwrite and delete packages",
        Permission.BuildInformationPush => "push build information",
        Permission.BuildInformationAdminister => "overwrite and delete build information",
        _ => "",
    };

    /// <summary>What its role can be limited to.</summary>
    public static string LimitsOf(Permission permission) => permission.Reach() switch
    {
        _ when !permission.IsSpace() => "held on the whole server",
        Reach.Everywhere => "held in the whole space, whatever the role is limited to",
        Reach.Unlimited => "only by a role without limits",
        var reach => "can be limited by " + string.Join(", ", new[] { Reach.Project, Reach.Environment, Reach.Tenant }.Where(one => reach.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant())),
    };

    public static string GroupOf(Permission permission) => permission switch
    {
        Permission.AdministerSystem or Permission.UserView or Permission.UserEdit or Permission.TeamView or Permission.TeamEdit
            or Permission.SpaceView or Permission.SpaceEdit or Permission.SpaceCreate or Permission.EventView => "Server, people and spaces",
        >= Permission.ProjectView and <= Permission.LifecycleDelete or Permission.ProcessView or Permission.ProcessEdit or Permission.VariableView or Permission.VariableEdit => "Projects",
        >= Permission.EnvironmentView and <= Permission.MachineDelete => "Environments, tenants and targets",
        >= Permission.AccountView and <= Permission.AccountTokenCreate => "Accounts",
        Permission.FeedView or Permission.FeedEdit or >= Permission.BuiltInFeedPush and <= Permission.BuildInformationAdminister => "Feeds and packages",
        _ => "Releases, deployments and tasks",
    };

    public static IEnumerable<IGrouping<string, Permission>> Groups(IEnumerable<Permission> permissions) => permissions.GroupBy(GroupOf);
}
