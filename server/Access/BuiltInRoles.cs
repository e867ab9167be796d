using static OctoLogin.Access.Permission;

namespace OctoLogin.Access;

/// <summary>The roles that every server has. Their permissions follow the version that runs; they cannot be edited.</summary>
public static class BuiltInRoles
{
    private static readonly Permission[] View =
    [
        SpaceView, TeamView, ProjectView, ProjectGroupView, LifecycleView, EnvironmentView, TenantView, MachineView, FeedView, ProcessView,
        VariableView, ReleaseView, DeploymentView, RunbookView, RunbookRunView, TaskView, BuiltInFeedDownload,
    ];

    private static readonly Permission[] Deploy = [DeploymentCreate, TaskCreate, TaskCancel, RunbookRunCreate];

    public static IReadOnlyList<BuiltInRole> All { get; } =
    [
        new("userroles-systemadministrator", "System administrator", "May do everything on this server.",
            System: [.. Enum.GetValues<Permission>().Where(permission => permission.IsSystem())], Space: []),
        new("userroles-systemmanager", "System manager", "Manages users, teams, service accounts and spaces, but cannot become administrator.",
            System: [UserView, UserEdit, TeamView, TeamEdit, SpaceView, SpaceEdit, SpaceCreate, EventView], Space: []),
        new("userroles-spacemanager", "Space manager", "May do everything inside a space.",
            System: [], Space: [.. Enum.GetValues<Permission>().Where(permission => permission.IsSpace())]),
        new("userroles-projectviewer", "Project viewer", "Sees projects, releases and deployments.", System: [], Space: View),
        new("userroles-projectcontributor", "Project contributor", "Edits projects, processes, variables and runbooks; does not deploy.",
            System: [], Space: [.. View, ProjectEdit, ProcessEdit, VariableEdit, ReleaseCreate, ReleaseEdit, RunbookEdit]),
        new("userroles-projectdeployer", "Project deployer", "Creates releases and deploys them, runs runbooks.",
            System: [], Space: [.. View, ReleaseCreate, ReleaseEdit, .. Deploy]),
        new("userroles-packagepublisher", "Package publisher", "Pushes packages to the built-in feed.",
            System: [], Space: [SpaceView, FeedView, BuiltInFeedPush, BuiltInFeedDownload]),
        new("userroles-buildserver", "Build server", "What a CI job needs: pushes packages and build information, creates releases, deploys, runs runbooks.",
            System: [], Space: [.. View, BuiltInFeedPush, BuildInformationPush, ReleaseCreate, .. Deploy]),
        new("userroles-runbookconsumer", "Runbook consumer", "Sees and runs runbooks.",
            System: [], Space: [SpaceView, ProjectView, ProjectGroupView, EnvironmentView, TenantView, RunbookView, RunbookRunView, RunbookRunCreate, TaskView, TaskCreate, TaskCancel]),
        new("userroles-environmentmanager", "Environment manager", "Manages environments, deployment targets and accounts.",
            System: [], Space: [SpaceView, EnvironmentView, EnvironmentCreate, EnvironmentEdit, EnvironmentDelete, MachineView, MachineCreate, MachineEdit,
                MachineDelete, AccountView, AccountCreate, AccountEdit, AccountDelete, TaskView, TaskCreate]),
    ];
}

public sealed record BuiltInRole(string Id, string Name, string Description, Permission[] System, Permission[] Space);
