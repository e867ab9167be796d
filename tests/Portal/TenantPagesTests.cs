using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Tenants in the portal.</summary>
public sealed class TenantPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default/tenants";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task One_is_made_with_tags_connected_to_projects_by_environment_and_deleted()
    {
        var (name, set) = (Tenancy.Unique("Tenant"), Tenancy.Unique("Region"));
        await server.AddTagSetAsync(set, "North", "South");
        var project = await server.AddTenantedProjectAsync();
        var (test, production) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var page = await admin.SubmitAsync(await admin.GetAsync($"{Here}/new"), "Create", 200, ("Input.Name", name), ("Input.Tags", $"{set}/North"), ("Input.AddProject", project.Id));
        page.Words.ShouldContain($"Tenant {name} was created.");
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.Places", $"{project.Id}/{test.Id}"), ("Input.Places", $"{project.Id}/{production.Id}"));
        var saved = await SavedAsync();
        saved.Json.GetProperty("TenantTags").Strings().ShouldBe([$"{set}/North"]);
        saved.Json.GetProperty("ProjectEnvironments").GetProperty(project.Id).Strings().ShouldBe([test.Id, production.Id], ignoreOrder: true);
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.Places", $"{project.Id}/{test.Id}"));
        (await SavedAsync()).Json.GetProperty("ProjectEnvironments").GetProperty(project.Id).Strings().ShouldBe([test.Id]);
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.Projects", ""));
        (await SavedAsync()).Json.GetProperty("ProjectEnvironments").Names().ShouldBeEmpty();

        (await admin.GetAsync($"{Here}?q={Uri.EscapeDataString(name)}")).Texts("main tbody tr").Single().ShouldContain($"{set}/North");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "another"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Words.ShouldContain($"Tenant {name} was deleted.");

        async Task<ApiAnswer> SavedAsync() => await server.Admin.SeeAsync($"{Api.Space}/tenants/{page.Path.Split('/')[^1]}");
    }

    [Fact]
    public async Task Who_does_not_see_a_project_keeps_its_connection_when_they_save_the_tenant()
    {
        var (seen, hidden) = (await server.AddTenantedProjectAsync(), await server.AddTenantedProjectAsync());
        var place = await server.AddEnvironmentAsync();
        var tenant = await server.AddTenantAsync(projects: new Dictionary<string, string[]> { [seen.Id] = [place.Id], [hidden.Id] = [place.Id] });
        var role = await server.AddRoleAsync(space: ["TenantView", "TenantEdit", "EnvironmentView"]);
        var somebody = await server.AddCallerAsync($"{role}@Spaces-1");
        await server.GiveLimitedRoleAsync(somebody.Id, "userroles-projectviewer", projects: [seen.Id]);
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var page = await client.GetAsync($"{Here}/{tenant["Slug"]}");
        page.Text.ShouldNotContain(hidden["Name"]);
        await client.SubmitAsync(page, "Save", 200, ("Input.Projects", ""), ("Input.Description", "saved"));
        var saved = await server.Admin.SeeAsync($"{Api.Space}/tenants/{tenant.Id}");
        saved["Description"].ShouldBe("saved");
        saved.Json.GetProperty("ProjectEnvironments").Names().ShouldBe([hidden.Id]);
        saved.Json.GetProperty("ProjectEnvironments").GetProperty(hidden.Id).Strings().ShouldBe([place.Id]);
    }

    [Fact]
    public async Task A_limited_role_sees_its_tenant_alone_and_changes_nothing()
    {
        var (mine, other) = (await server.AddTenantAsync(), await server.AddTenantAsync());
        var somebody = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(somebody.Id, "userroles-projectviewer", tenants: [mine.Id]);
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        (await client.GetAsync(Here)).Texts("main tbody th").ShouldBe([mine["Name"]]);
        (await client.GetAsync($"{Here}/{mine["Slug"]}")).Texts("main form button").ShouldBeEmpty();
        await client.GetAsync($"{Here}/{other["Slug"]}", 404);
        await client.GetAsync($"{Here}/new", 403);
        (await client.PostAsync($"{Here}/new", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{mine["Slug"]}", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{mine["Slug"]}?handler=Delete", ("confirm", mine["Name"]))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{other["Slug"]}?handler=Delete", ("confirm", other["Name"]))).ShouldBe(404);
    }

    public void Dispose() => admin.Dispose();
}
