using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using static OctoLogin.Access.Permission;

namespace OctoLogin.Tests.Access;

/// <summary>What a role's limits, a token's scope and both together allow: values in, values out.</summary>
public sealed class GrantTests
{
    private const string Here = "Spaces-1";
    private static readonly AccessTarget Everything = new(Here, "Projects-1", "ProjectGroups-1", "Environments-1", "Tenants-1");

    // A permission of each kind of reach; whether a role limited in that way holds it for a target inside, for one outside, and for one without such a thing.
    [Theory]
    [InlineData(SpaceView, "project", true, true, true)]
    [InlineData(SpaceView, "environment", true, true, true)]
    [InlineData(BuiltInFeedPush, "tenant", true, true, true)]
    [InlineData(ProjectEdit, "project", true, false, false)]
    [InlineData(ProjectEdit, "group", true, false, false)]
    [InlineData(ProjectEdit, "environment", true, true, true)]
    [InlineData(ProjectEdit, "tenant", true, true, true)]
    [InlineData(EnvironmentEdit, "environment", true, false, false)]
    [InlineData(EnvironmentEdit, "project", true, true, true)]
    [InlineData(TenantEdit, "tenant", true, false, false)]
    [InlineData(TenantEdit, "environment", true, true, true)]
    [InlineData(DeploymentCreate, "project", true, false, false)]
    [InlineData(DeploymentCreate, "environment", true, false, false)]
    [InlineData(DeploymentCreate, "tenant", true, false, false)]
    [InlineData(AccountView, "environment", true, false, false)]
    [InlineData(AccountView, "tenant", true, false, false)]
    [InlineData(AccountView, "project", true, true, true)]
    [InlineData(FeedEdit, "project", false, false, false)]
    [InlineData(FeedEdit, "environment", false, false, false)]
    [InlineData(LifecycleDelete, "tenant", false, false, false)]
    public void A_limit_of_a_role_reaches_as_its_permission_does(Permission permission, string limit, bool inside, bool outside, bool without)
    {
        var caller = With(Limited(limit, permission));
        caller.May(permission, Everything).ShouldBe(inside);
        caller.May(permission, new(Here, "Projects-2", "ProjectGroups-2", "Environments-2", "Tenants-2")).ShouldBe(outside);
        caller.May(permission, AccessTarget.Space(Here)).ShouldBe(without);
        caller.May(permission, Everything with { SpaceId = "Spaces-2" }).ShouldBeFalse("another space");
        caller.MaySomewhere(permission, Here).ShouldBe(inside);
    }

    [Theory]
    [InlineData("project:Projects-1", ProjectEdit, true, false)]
    [InlineData("project:Projects-1", SpaceView, true, true)]
    [InlineData("project:Projects-1", BuiltInFeedPush, true, true)]
    [InlineData("project:Projects-1", EnvironmentView, true, true)]
    [InlineData("project:Projects-1", FeedEdit, false, false)]
    [InlineData("project:Projects-1", DeploymentCreate, true, false)]
    [InlineData("environment:Environments-1", DeploymentCreate, true, false)]
    [InlineData("environment:Environments-1", AccountView, true, false)]
    [InlineData("environment:Environments-1", ReleaseCreate, true, true)]
    [InlineData("environment:Environments-1", LifecycleEdit, false, false)]
    [InlineData("ReleaseCreate", ReleaseCreate, true, true)]
    [InlineData("ReleaseCreate", ReleaseDelete, false, false)]
    [InlineData("ReleaseCreate ReleaseView", ReleaseView, true, true)]
    [InlineData("ReleaseCreate project:Projects-1", ReleaseCreate, true, false)]
    [InlineData("space:Spaces-1", ProjectDelete, true, true)]
    [InlineData("space:Spaces-2", ProjectDelete, false, false)]
    public void A_tokens_scope_takes_away_from_the_whole_of_what_its_account_may_do(string scope, Permission permission, bool inside, bool outside)
    {
        var caller = With(Scope(scope), new Grant { SpaceId = Here, Permissions = Enum.GetValues<Permission>().Where(Permissions.IsSpace).ToHashSet() });
        caller.May(permission, Everything).ShouldBe(inside);
        caller.May(permission, new(Here, "Projects-2", "ProjectGroups-2", "Environments-2", "Tenants-2")).ShouldBe(outside);
    }

    [Fact]
    public void A_scope_never_gives_what_the_account_has_not()
    {
        var caller = With(Scope("ReleaseCreate AdministerSystem"), new Grant { SpaceId = Here, Permissions = Set(ReleaseView) });
        caller.May(ReleaseCreate, Everything).ShouldBeFalse();
        caller.May(AdministerSystem, AccessTarget.System).ShouldBeFalse();
    }

    [Fact]
    public void A_scope_that_names_a_space_has_nothing_outside_of_spaces()
    {
        var caller = With(Scope("space:Spaces-1"), new Grant { Permissions = Set(AdministerSystem) });
        caller.May(UserEdit, AccessTarget.System).ShouldBeFalse();
        caller.May(ProjectEdit, Everything).ShouldBeTrue();
        caller.SpacesWith(EventView).ShouldBe([Here]);
        caller.Sees("Spaces-2").ShouldBeFalse();
    }

    [Theory]
    [InlineData("UserView,UserEdit")]
    [InlineData("0")]
    [InlineData("releasecreate")]
    [InlineData("project:")]
    [InlineData("tenant:Tenants-1")]
    [InlineData("openid")]
    public void A_scope_of_other_words_is_refused(string scope) => TokenScope.TryParse(scope, out _).ShouldNotBeNull();

    [Fact]
    public void What_is_held_on_the_server_is_held_in_each_space_but_not_the_other_way_round()
    {
        var onServer = With(new Grant { Permissions = Set(TeamEdit, EventView) });
        onServer.May(TeamEdit, AccessTarget.Space(Here)).ShouldBeTrue();
        onServer.MaySomewhere(TeamEdit, Here).ShouldBeTrue();
        onServer.SpacesWith(EventView).ShouldBeNull();
        var inSpace = With(new Grant { SpaceId = Here, Permissions = Set(TeamEdit, EventView) });
        inSpace.May(TeamEdit, AccessTarget.System).ShouldBeFalse();
        inSpace.SpacesWith(EventView).ShouldBe([Here]);
        With().SpacesWith(EventView).ShouldBe([]);
    }

    [Fact]
    public void A_space_permission_in_a_role_on_the_server_gives_nothing_in_a_space()
    {
        var caller = With(new Grant { Permissions = Set(ProjectEdit) });
        caller.May(ProjectEdit, Everything).ShouldBeFalse();
        caller.Sees(Here).ShouldBeFalse();
    }

    [Fact]
    public void AdministerSystem_in_a_role_of_a_space_makes_nobody_administrator() =>
        With(new Grant { SpaceId = Here, Permissions = Set(AdministerSystem) }).IsAdministrator.ShouldBeFalse();

    // Mine, theirs, whether I hold all of theirs.
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "Projects-1", true)]
    [InlineData("Projects-1", "Projects-1", true)]
    [InlineData("Projects-1,Projects-2", "Projects-1", true)]
    [InlineData("Projects-1", "Projects-1,Projects-2", false)]
    [InlineData("Projects-1", "Projects-2", false)]
    [InlineData("Projects-1", "", false)]
    [InlineData("Environments-1", "", false)]
    [InlineData("Environments-1", "Projects-1", false)]
    [InlineData("Environments-1", "Environments-1,Projects-1", true)]
    [InlineData("Tenants-1", "", false)]
    [InlineData("Tenants-1", "Tenants-1", true)]
    [InlineData("ProjectGroups-1", "Projects-1", false)]
    public void Nobody_decides_over_wider_limits_than_their_own(string mine, string theirs, bool holds)
    {
        var caller = With(Within(mine, DeploymentCreate, DeploymentView));
        void Decide() => caller.DemandAll([Within(theirs, DeploymentCreate)], "This");
        if (holds)
        {
            Decide();
        }
        else
        {
            Should.Throw<ApiException>(Decide).Status.ShouldBe(403);
        }
    }

    [Fact]
    public void Rights_held_by_several_roles_together_are_held()
    {
        var caller = With(new Grant { SpaceId = Here, Permissions = Set(ReleaseCreate) }, new Grant { SpaceId = Here, Permissions = Set(ReleaseView) });
        caller.DemandAll([new Grant { SpaceId = Here, Permissions = Set(ReleaseCreate, ReleaseView) }], "This");
        Should.Throw<ApiException>(() => caller.DemandAll([new Grant { SpaceId = Here, Permissions = Set(ReleaseCreate, ReleaseDelete) }], "This"))
            .Message.ShouldContain("(ReleaseDelete in space Spaces-1)");
        Should.Throw<ApiException>(() => caller.DemandAll([new Grant { SpaceId = "Spaces-2", Permissions = Set(ReleaseView) }], "This"));
    }

    [Fact]
    public void A_narrowed_token_decides_over_nothing_even_an_administrators() =>
        Should.Throw<ApiException>(() => With(Scope("TeamEdit"), new Grant { Permissions = Set(AdministerSystem) }).DemandAll([], "This")).Status.ShouldBe(403);

    [Fact]
    public void A_list_of_ids_is_never_made_for_a_permission_that_reaches_in_two_ways()
    {
        var caller = With(Limited("environment", DeploymentView), Limited("project", ReleaseView));
        Should.Throw<InvalidOperationException>(() => caller.Visible(DeploymentView, Here));
        caller.Visible(ReleaseView, Here).Ids.ShouldBe(["Projects-1"]);
        Should.Throw<ApiException>(() => caller.Visible(ProjectView, Here)).Status.ShouldBe(403);
    }

    [Fact]
    public void Every_permission_has_a_place_and_an_exact_name()
    {
        foreach (var permission in Enum.GetValues<Permission>())
        {
            (permission.IsSystem() || permission.IsSpace()).ShouldBeTrue(permission.ToString());
            Permissions.Find(permission.ToString()).ShouldBe(permission);
            Permissions.Find(permission.ToString().ToLowerInvariant()).ShouldBeNull();
        }
        Permissions.Find("0").ShouldBeNull();
        Permissions.Find("UserView,UserEdit").ShouldBeNull();
    }

    private static Grant Limited(string limit, params Permission[] permissions) => new()
    {
        SpaceId = Here,
        Permissions = Set(permissions),
        ProjectIds = limit == "project" ? ["Projects-1"] : [],
        ProjectGroupIds = limit == "group" ? ["ProjectGroups-1"] : [],
        EnvironmentIds = limit == "environment" ? ["Environments-1"] : [],
        TenantIds = limit == "tenant" ? ["Tenants-1"] : [],
    };

    private static Grant Within(string ids, params Permission[] permissions)
    {
        var all = ids.Split(',');
        string[] Of(string kind) => [.. all.Where(id => id.StartsWith(kind + "-", StringComparison.Ordinal))];
        return new()
        {
            SpaceId = Here, Permissions = Set(permissions),
            ProjectIds = Of("Projects"), ProjectGroupIds = Of("ProjectGroups"), EnvironmentIds = Of("Environments"), TenantIds = Of("Tenants"),
        };
    }

    private static HashSet<Permission> Set(params Permission[] permissions) => [.. permissions];

    private static TokenScope Scope(string text) => TokenScope.TryParse(text, out var scope) is null ? scope! : throw new ArgumentException(text);

    private static Caller With(params Grant[] grants) => With(null, grants);

    private static Caller With(TokenScope? scope, params Grant[] grants) => new()
    {
        UserId = "Users-1", Username = "somebody", IsService = true, Grants = grants, Scope = scope, Actor = AuditActor.System,
    };
}
