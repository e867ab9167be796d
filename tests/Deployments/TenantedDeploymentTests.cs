using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

public sealed class TenantedDeploymentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(3);

    [Fact]
    public async Task Deploys_for_the_tenants_that_are_named_and_that_tags_mean_each_once()
    {
        var (project, environment) = await AddProjectAsync("Tagged");
        await server.AddTagSetAsync("Tagged ring", "Alpha", "Beta");
        await server.AddTagSetAsync("Tagged region", "EU", "US");
        var connected = new Dictionary<string, string[]> { [project.Id] = [environment] };
        async Task<string> TenantAsync(string name, IDictionary<string, string[]>? projects, params string[] tags) => (await server.AddTenantAsync(name, tags, projects)).Id;
        var first = await TenantAsync("T first", connected, "Tagged ring/Alpha", "Tagged region/EU");
        var second = await TenantAsync("T second", connected, "Tagged ring/Beta", "Tagged region/EU");
        var third = await TenantAsync("T third", connected, "Tagged ring/Alpha", "Tagged region/US");
        await TenantAsync("T elsewhere", null, "Tagged ring/Alpha", "Tagged region/EU");

        (await DeployedForAsync(project, [], ["tagged RING/alpha"])).ShouldBe([first, third], ignoreOrder: true);
        (await DeployedForAsync(project, [], ["Tagged ring/Alpha", "Tagged ring/Beta"])).ShouldBe([first, second, third], ignoreOrder: true, "tags of one set are alternatives");
        (await DeployedForAsync(project, [], ["Tagged ring/Alpha", "Tagged region/EU"])).ShouldBe([first], ignoreOrder: true, "each set must be met");
        (await DeployedForAsync(project, ["T SECOND", "t-second", second, "T first"], [])).ShouldBe([first, second], ignoreOrder: true);
        (await DeployedForAsync(project, ["T first"], ["Tagged ring/Alpha"])).ShouldBe([first, third], ignoreOrder: true);
    }

    [Fact]
    public async Task Gives_scripts_the_tenant_and_steps_for_its_tags_alone()
    {
        var (project, environment) = await AddProjectAsync("Told tenant");
        await server.AddTagSetAsync("Told ring", "Alpha", "Beta");
        await server.SetProcessAsync(project.Id, Bash("Tell", """echo "for #{Octopus.Deployment.Tenant.Name} (#{Octopus.Deployment.Tenant.Tags})" """),
            Bash("Beta only", "echo for-beta", action: new { TenantTags = new[] { "Told ring/Beta" } }));
        await server.ReleaseAsync(project, "2.0.0");
        await server.AddTenantAsync("T told", ["Told ring/Alpha"], new Dictionary<string, string[]> { [project.Id] = [environment] });
        var made = await server.Admin.MakeAsync(Tenanted, new { ProjectName = project.Id, ReleaseVersion = "2.0.0", EnvironmentName = environment, Tenants = new[] { "T told" } });
        var end = await server.EndsAsync(made.Tasks().Single());
        end.Log.ShouldContain("for T told (Told ring/Alpha)");
        end.Log.ShouldNotContain("for-beta");
        end.Task["TenantId"].ShouldStartWith("Tenants-");
        end.Task["Description"].ShouldBe("Deploy Told tenant release 2.0.0 to Told tenant for T told");
    }

    [Fact]
    public async Task Refuses_what_the_modes_and_connections_do_not_allow()
    {
        var (project, environment) = await AddProjectAsync("Modes");
        await server.AddTagSetAsync("Modes ring", "Alpha");
        var connected = await server.AddTenantAsync("T connected", [], new Dictionary<string, string[]> { [project.Id] = [environment] });
        await server.AddTenantAsync("T not connected", []);
        (await SendAsync(project, ["T not connected"], [])).ShouldBeRefused(400, "Tenant 'T not connected' is not connected to environment 'Modes' of project 'Modes'");
        (await SendAsync(project, ["Nobody"], [])).ShouldBeRefused(400, "There is no tenant 'Nobody'");
        (await SendAsync(project, [], ["Modes ring/Alpha"])).ShouldBeRefused(400, "No tenant with 'Modes ring/Alpha' is connected to environment 'Modes' of project 'Modes'");
        (await SendAsync(project, [], ["No/Such"])).ShouldBeRefused(400, "'No/Such'");
        (await SendAsync(project, [], [])).ShouldBeRefused(400, "Tenants or TenantTags is required");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/tenants/{connected.Id}", new { IsDisabled = true })).ShouldBe(200);
        (await SendAsync(project, ["T connected"], [])).ShouldBeRefused(400, "Tenant 'T connected' is disabled");

        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { TenantedDeploymentMode = "Tenanted" })).ShouldBe(200);
        (await server.Admin.SendAsync("POST", Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { environment } })).ShouldBeRefused(400, "Project 'Modes' is for tenants only");
        var untenanted = await server.AddReleasedProjectAsync("Modes not", Bash("Say", "echo hello"));
        (await SendAsync(untenanted, ["T connected"], [])).ShouldBeRefused(400, "Project 'Modes not' is not for tenants");
    }

    [Fact]
    public async Task The_tags_of_a_channel_limit_for_whom_its_releases_are()
    {
        var (project, environment) = await AddProjectAsync("Early");
        await server.AddTagSetAsync("Early ring", "Alpha", "Stable");
        var connected = new Dictionary<string, string[]> { [project.Id] = [environment] };
        var (early, late) = (await server.AddTenantAsync("T early", ["Early ring/Alpha"], connected), await server.AddTenantAsync("T late", ["Early ring/Stable"], connected));
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new { Name = "Early", Phases = new[] { new { Name = "All", AutomaticDeploymentTargets = new[] { environment } } } });
        await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Beta", ProjectId = project.Id, LifecycleId = lifecycle.Id, TenantTags = new[] { "Early ring/Alpha" } });
        var release = (await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ReleaseVersion = "2.0.0-beta", ChannelName = "Beta" }))["ReleaseId"];
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/deployments")).Names("TenantId", tenant => tenant.GetString()).ShouldBe([early.Id, null], ignoreOrder: true, "automatically, for no tenant and for one of two");

        object For(params string[] tenants) => new { ProjectName = project.Id, ReleaseVersion = "2.0.0-beta", EnvironmentName = environment, Tenants = tenants, RunAt = Later };
        (await server.Admin.SendAsync("POST", Tenanted, For("T early", "T late"))).ShouldBeRefused(400, "Channel 'Beta' is for tenants with 'Early ring/Alpha', and tenant 'T late' has none of 'Early ring/Alpha'.");
        await server.Admin.MakeAsync(Tenanted, For("T early"));
        (await DeployedForAsync(project, ["T late"], [])).ShouldBe([late.Id]);
    }

    [Fact]
    public async Task Is_for_who_may_deploy_for_that_tenant()
    {
        var (project, environment) = await AddProjectAsync("Tenant rights");
        var connected = new Dictionary<string, string[]> { [project.Id] = [environment] };
        await server.AddTagSetAsync("Rights ring", "Alpha");
        var (mine, other) = (await server.AddTenantAsync("T mine", ["Rights ring/Alpha"], connected), await server.AddTenantAsync("T other", ["Rights ring/Alpha"], connected));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-buildserver", projects: [project.Id], environments: [environment], tenants: [mine.Id]);
        object For(string[] tenants, string[] tags) => new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentName = environment, Tenants = tenants, TenantTags = tags, RunAt = Later };
        var made = await caller.Client.MakeAsync(Tenanted, For(["T mine"], []));
        (await caller.Client.SendAsync("POST", Tenanted, For(["T other"], []))).ShouldBeRefused(400, "There is no tenant 'T other'");
        (await caller.Client.SendAsync("POST", Tenanted, For([], ["Rights ring/Alpha"]))).ShouldBeRefused(403, "DeploymentCreate");
        await server.Admin.MakeAsync(Tenanted, For(["T other"], []));
        (await caller.Client.SeeAsync($"{Api.Space}/deployments")).Names("TenantId").ShouldBe([mine.Id]);
        (await server.Admin.SeeAsync($"{Api.Space}/deployments?tenants={other.Id},{mine.Id}")).Names("TenantId").ShouldBe([other.Id, mine.Id]);
        (await caller.Client.SeeAsync($"{Api.Space}/tasks/{made.Tasks().Single()}"))["TenantId"].ShouldBe(mine.Id);
    }

    [Fact]
    public async Task Each_tenant_goes_its_own_way_through_the_lifecycle()
    {
        var (dev, live) = (await server.PlaceAsync("Own way dev"), await server.PlaceAsync("Own way live"));
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new
        {
            Name = "Own way", Phases = new[] { new { Name = "Dev", OptionalDeploymentTargets = new[] { dev } }, new { Name = "Live", OptionalDeploymentTargets = new[] { live } } },
        });
        var project = await server.AddTenantedProjectAsync("Own way");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Say", "echo hello"));
        await server.ReleaseAsync(project, "1.0.0");
        await server.AddTenantAsync("T both", [], new Dictionary<string, string[]> { [project.Id] = [dev, live] });
        await server.AddTenantAsync("T live", [], new Dictionary<string, string[]> { [project.Id] = [live] });
        object To(string environment, string tenant) => new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentName = environment, Tenants = new[] { tenant } };
        (await server.Admin.SendAsync("POST", Tenanted, To(live, "T both"))).ShouldBeRefused(400, "phase 'Dev' is missing");
        (await server.Admin.SendAsync("POST", Tenanted, To(live, "T live"))).ShouldBeRefused(400, "phase 'Dev' is missing");
        await server.EndsAsync((await server.Admin.MakeAsync(Tenanted, To(dev, "T both"))).Tasks().Single());
        await server.EndsAsync((await server.Admin.MakeAsync(Tenanted, To(live, "T both"))).Tasks().Single());
        await server.EndsAsync((await server.Admin.MakeAsync(Tenanted, To(live, "T live"))).Tasks().Single());
        (await server.Admin.SendAsync("POST", Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { live } })).ShouldBeRefused(400, "phase 'Dev' is missing");
    }

    private async Task<(ApiAnswer Project, string Environment)> AddProjectAsync(string name)
    {
        var environment = await server.PlaceAsync(name);
        var project = await server.AddTenantedProjectAsync(name);
        await server.SetProcessAsync(project.Id, Bash("Say", "echo hello"));
        await server.ReleaseAsync(project, "1.0.0");
        return (project, environment);
    }

    private Task<ApiAnswer> SendAsync(ApiAnswer project, string[] tenants, string[] tags) =>
        server.Admin.SendAsync("POST", Tenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentName = project["Name"].Replace(" not", ""), Tenants = tenants, TenantTags = tags, RunAt = Later });

    private async Task<string[]> DeployedForAsync(ApiAnswer project, string[] tenants, string[] tags)
    {
        var made = (await SendAsync(project, tenants, tags)).ShouldBe(201);
        var all = new List<string>();
        foreach (var id in made.Deployments())
        {
            all.Add((await server.Admin.SeeAsync($"{Api.Space}/deployments/{id}"))["TenantId"]);
        }
        return [.. all];
    }
}
