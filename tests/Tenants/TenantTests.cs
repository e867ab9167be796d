using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Tenants;

public sealed class TenantTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Tenants = Api.Space + "/tenants";

    [Fact]
    public async Task Is_made_read_changed_and_deleted_in_Octopus_shape()
    {
        await server.AddTagSetAsync("Shape", "A", "B");
        var (dev, live, project) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync(), await server.AddTenantedProjectAsync());
        var made = await server.Admin.MakeAsync(Tenants, new
        {
            Name = "Acme & Sons", Description = "the first", TenantTags = new[] { "shape/b", "Shape/A", "SHAPE/a" },
            ProjectEnvironments = new Dictionary<string, string[]> { [project.Id] = [live.Id, dev.Id, dev.Id] },
        });
        made.Json.Names().ShouldBe(["Id", "SpaceId", "Name", "Slug", "Description", "TenantTags", "ProjectEnvironments", "ClonedFromTenantId", "IsDisabled"]);
        made.Id.ShouldMatch("^Tenants-[0-9]+$");
        (made["Slug"], made["IsDisabled"], made["ClonedFromTenantId"]).ShouldBe(("acme-sons", "False", ""));
        made.Json.GetProperty("TenantTags").Strings().ShouldBe(["Shape/A", "Shape/B"]);
        made.Json.GetProperty("ProjectEnvironments").GetProperty(project.Id).Strings().ShouldBe([dev.Id, live.Id]);
        (await server.EventAsync(made)).ShouldBe(("Created", "Tenant Acme & Sons was created"));
        (await server.Admin.SeeAsync($"{Tenants}/acme-sons")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"/api/tenants/{made.Id}")).Text.ShouldBe(made.Text);

        // As a client does it: all that was read goes back, with a few things changed.
        var sent = JsonNode.Parse(made.Text)!;
        (sent["Name"], sent["IsDisabled"], sent["TenantTags"]) = ("Acme", true, new JsonArray("Shape/B"));
        sent["ProjectEnvironments"]![project.Id] = new JsonArray();
        var changed = (await server.Admin.SendAsync("PUT", $"{Tenants}/{made.Id}", sent)).ShouldBe(200);
        (changed["Name"], changed["IsDisabled"], changed["Description"]).ShouldBe(("Acme", "True", "the first"));
        changed.Json.GetProperty("TenantTags").Strings().ShouldBe(["Shape/B"]);
        changed.Json.GetProperty("ProjectEnvironments").GetProperty(project.Id).GetArrayLength().ShouldBe(0);
        // Octopus's clients leave an empty list out.
        var emptied = (await server.Admin.SendAsync("PUT", $"{Tenants}/{made.Id}", new { Name = "Acme" })).ShouldBe(200);
        (emptied.Json.GetProperty("ProjectEnvironments").GetRawText(), emptied.Json.GetProperty("TenantTags").GetRawText(), emptied["IsDisabled"]).ShouldBe(("{}", "[]", "True"));
        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{Tenants}/acme-sons")).ShouldBe(200))).ShouldBe(("Deleted", "Tenant Acme was deleted"));
        (await server.Admin.SendAsync("GET", $"{Tenants}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Is_listed_by_project_tags_name_and_origin()
    {
        await server.AddTagSetAsync("Ring", "Early", "Late");
        await server.AddTagSetAsync("Land", "DE", "FR");
        var (environment, project) = (await server.AddEnvironmentAsync(), await server.AddTenantedProjectAsync());
        var early = await server.AddTenantAsync("list early", ["Ring/Early", "Land/DE"], new Dictionary<string, string[]> { [project.Id] = [environment.Id] });
        var late = await server.AddTenantAsync("list late", ["Ring/Late", "Land/FR"]);
        var clone = await server.Admin.MakeAsync($"{Tenants}?clone={early.Id}", new { Name = "list clone" });
        clone["ClonedFromTenantId"].ShouldBe(early.Id);
        clone.Json.GetProperty("TenantTags").Strings().ShouldBe(["Land/DE", "Ring/Early"], ignoreOrder: true);
        clone.Json.GetProperty("ProjectEnvironments").GetProperty(project.Id).Strings().ShouldBe([environment.Id]);

        (await ListAsync("partialName=LIST")).ShouldBe(["list clone", "list early", "list late"]);
        (await ListAsync($"partialName=list&projectId={project.Id}")).ShouldBe(["list clone", "list early"]);
        (await ListAsync($"partialName=list&projectId={project["Slug"]}&take=1&skip=1")).ShouldBe(["list early"]);
        (await ListAsync($"clonedFromTenantId={early.Id}")).ShouldBe(["list clone"]);
        (await ListAsync($"ids={late.Id},{clone.Id}")).ShouldBe(["list clone", "list late"]);
        (await ListAsync("partialName=list&tags=Ring/Early,ring/late")).ShouldBe(["list clone", "list early", "list late"], "tags of one set are alternatives");
        (await ListAsync("partialName=list&tags=Ring/Early&tags=Land/FR")).ShouldBeEmpty("tags of two sets are both needed");
        var page = await server.Admin.SeeAsync($"{Tenants}?partialName=list&tags=Ring/Early&take=1&skip=1");
        page.Names().ShouldBe(["list early"]);
        (page["TotalResults"], page["ItemType"]).ShouldBe(("2", "Tenant"));
        (await ListAsync("name=LIST%20late")).ShouldBe(["list late"]);
        await server.Admin.SendAsync("PUT", $"{Tenants}/{late.Id}", new { IsDisabled = true });
        (await ListAsync("partialName=list&isDisabled=true")).ShouldBe(["list late"]);
    }

    [Fact]
    public async Task Says_which_tags_a_tenant_lacks()
    {
        await server.AddTagSetAsync("Test ring", "Early", "Late");
        await server.AddTagSetAsync("Test land", "DE");
        var (one, other) = (await server.AddTenantAsync(tags: ["Test ring/Early", "Test land/DE"]), await server.AddTenantAsync(tags: ["Test ring/Late"]));
        var answer = await server.Admin.SeeAsync($"{Tenants}/tag-test?tenantIds={one.Id},{other.Id}&tags=Test%20ring/Early,Test%20land/DE");
        answer.Json.GetProperty(one.Id).Names().ShouldBe(["IsMatched", "Reason", "MissingTags"]);
        answer.Json.GetProperty(one.Id).GetProperty("IsMatched").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty(other.Id).GetProperty("IsMatched").GetBoolean().ShouldBeFalse();
        answer.Json.GetProperty(other.Id).GetProperty("MissingTags").Strings().ShouldBe(["Test ring/Early", "Test land/DE"]);
        (await server.Admin.SendAsync("GET", $"{Tenants}/tag-test?tenantIds=Tenants-999&tags=No/Tag")).ShouldBeRefused(400, "'Tenants-999'", "'No/Tag'");
    }

    [Fact]
    public async Task Names_every_fault_and_makes_nothing()
    {
        var before = await server.CountAsync("tenants");
        var (untenanted, tenanted) = (await server.AddProjectAsync("Without tenants"), await server.AddTenantedProjectAsync());
        var refused = (await server.Admin.SendAsync("POST", Tenants, new
        {
            Name = "", Slug = "No", SpaceId = "Spaces-77", TenantTags = new[] { "No/Such", "nonsense", null },
            ProjectEnvironments = new Dictionary<string, string[]> { [untenanted.Id] = [], ["Projects-999"] = [], [tenanted.Id] = ["Environments-999"] },
        })).ShouldBeRefused(400, "Name is required", "'No'", "'Spaces-77'", "'No/Such'", "'nonsense'", "names ''", "'Without tenants'", "'Projects-999'", "'Environments-999'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(9);
        (await server.CountAsync("tenants")).ShouldBe(before);
        await server.AddTenantAsync("Taken name");
        (await server.Admin.SendAsync("POST", Tenants, new { Name = "taken NAME" })).ShouldBeRefused(409, "'taken NAME'");
        (await server.Admin.SendAsync("POST", $"{Tenants}?clone=Tenants-999", new { Name = "x" })).ShouldBe(404);
    }

    [Fact]
    public async Task What_it_is_connected_to_is_not_deleted_before_it_lets_go()
    {
        var (environment, project) = (await server.AddEnvironmentAsync("Connected env"), await server.AddTenantedProjectAsync("Connected project"));
        var tenant = await server.AddTenantAsync("Connected tenant", projects: new Dictionary<string, string[]> { [project.Id] = [environment.Id] });
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBeRefused(409, "'Connected env'", "tenant 'Connected tenant'");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBeRefused(409, "'Connected project'", "tenants 'Connected tenant'");
        (await server.Admin.SendAsync("PUT", $"{Tenants}/{tenant.Id}", new { ProjectEnvironments = new { } })).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Is_not_deleted_while_a_target_or_a_role_names_it()
    {
        var (environment, tenant) = (await server.AddEnvironmentAsync(), await server.AddTenantAsync("Named tenant"));
        var machine = await server.AddMachineAsync([environment.Id], "Naming machine", tenants: [tenant.Id]);
        (await server.Admin.SendAsync("DELETE", $"{Tenants}/{tenant.Id}")).ShouldBeRefused(409, "'Named tenant'", "'Naming machine'");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/machines/{machine.Id}")).ShouldBe(200);
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = "Team of one tenant" });
        var role = await server.Admin.MakeAsync("/api/scopeduserroles", new { UserRoleId = "userroles-projectdeployer", TeamId = team.Id, SpaceId = "Spaces-1", TenantIds = new[] { tenant.Id } });
        (await server.Admin.SendAsync("DELETE", $"{Tenants}/{tenant.Id}")).ShouldBeRefused(409, "'Named tenant'", "'Team of one tenant'");
        (await server.Admin.SendAsync("DELETE", $"/api/scopeduserroles/{role.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Tenants}/{tenant.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task A_role_for_one_tenant_sees_and_changes_that_one_alone()
    {
        var (mine, other) = (await server.AddTenantAsync("Mine alone"), await server.AddTenantAsync("Another's"));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, await server.AddRoleAsync(["TenantView", "TenantEdit", "TenantCreate", "TenantDelete"]), tenants: [mine.Id]);
        var client = caller.Client;
        (await client.SeeAsync($"{Tenants}/all")).Names().ShouldBe(["Mine alone"]);
        (await client.SeeAsync(Tenants))["TotalResults"].ShouldBe("1");
        (await client.SendAsync("GET", $"{Tenants}/{other.Id}")).ShouldBeRefused(404, other.Id);
        (await client.SendAsync("GET", $"{Tenants}/tag-test?tenantIds={other.Id}")).ShouldBeRefused(400, other.Id);
        (await client.SendAsync("PUT", $"{Tenants}/{mine.Id}", new { Description = "ok" })).ShouldBe(200);
        (await client.SendAsync("PUT", $"{Tenants}/{other.Id}", new { Description = "no" })).ShouldBe(404);
        (await client.SendAsync("DELETE", $"{Tenants}/{other.Id}")).ShouldBe(404);
        (await client.SendAsync("POST", Tenants, new { Name = "New" })).ShouldBeRefused(403, "TenantCreate");
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        (await viewer.Client.SendAsync("PUT", $"{Tenants}/{mine.Id}", new { Description = "no" })).ShouldBeRefused(403, "TenantEdit");
        (await viewer.Client.SendAsync("DELETE", $"{Tenants}/{mine.Id}")).ShouldBeRefused(403, "TenantDelete");
    }

    [Fact]
    public async Task Is_connected_only_to_what_the_caller_sees_and_keeps_what_they_do_not()
    {
        var environment = await server.AddEnvironmentAsync();
        var (seen, hidden) = (await server.AddTenantedProjectAsync(), await server.AddTenantedProjectAsync());
        var (fresh, tied) = (await server.AddTenantAsync(), await server.AddTenantAsync(projects: new Dictionary<string, string[]> { [hidden.Id] = [environment.Id] }));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, await server.AddRoleAsync(["ProjectView"]), projects: [seen.Id]);
        await server.GiveLimitedRoleAsync(caller.Id, await server.AddRoleAsync(["TenantView", "TenantEdit", "EnvironmentView"]));
        (await ConnectAsync(fresh, (hidden.Id, []))).ShouldBeRefused(400, hidden.Id);
        (await ConnectAsync(fresh, (seen.Id, [environment.Id]))).ShouldBe(200);
        (await ConnectAsync(tied, (seen.Id, []), (hidden.Id, [environment.Id]))).ShouldBe(200);

        Task<ApiAnswer> ConnectAsync(ApiAnswer tenant, params (string Project, string[] Environments)[] connected) =>
            caller.Client.SendAsync("PUT", $"{Tenants}/{tenant.Id}", new { ProjectEnvironments = connected.ToDictionary(one => one.Project, one => one.Environments) });
    }

    [Fact]
    public async Task Is_not_seen_from_another_space_nor_connected_across()
    {
        var space = await server.AddSpaceAsync();
        var (tenant, project) = (await server.AddTenantAsync(), await server.AddTenantedProjectAsync());
        (await server.Admin.SendAsync("GET", $"/api/{space}/tenants/{tenant.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("PUT", $"/api/{space}/tenants/{tenant.Id}", new { Name = "x" })).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/tenants/{tenant.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"/api/{space}/tenants?clone={tenant.Id}", new { Name = "x" })).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"/api/{space}/tenants", new { Name = "x", ProjectEnvironments = new Dictionary<string, string[]> { [project.Id] = [] } })).ShouldBeRefused(400, project.Id);
    }

    private async Task<string[]> ListAsync(string query) => (await server.Admin.SeeAsync($"{Tenants}?{query}")).Names();
}
