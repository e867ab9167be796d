using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Deployment targets in the portal.</summary>
public sealed class TargetPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default/targets";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task One_of_a_kind_is_made_checked_changed_and_deleted()
    {
        var name = Tenancy.Unique("Target");
        var place = await server.AddEnvironmentAsync();
        var form = await admin.GetAsync($"{Here}/new?kind=kubernetes");
        form.Document.QuerySelector("textarea[name='Input.Endpoint']")!.TextContent.ShouldContain("ClusterUrl");
        (await admin.SubmitAsync(form, "Create", 400, ("Input.Name", name), ("Input.Roles", "web"), ("Input.Endpoint", "{"))).ErrorsOf("Input.Endpoint").Single().ShouldContain("not JSON");
        var refused = await admin.SubmitAsync(form, "Create", 400, ("Input.Name", name), ("Input.Endpoint", """{"CommunicationStyle":"None"}"""));
        (refused.ErrorsOf("Input.Roles").Length, refused.ErrorsOf("Input.EnvironmentIds").Length).ShouldBe((1, 1));
        var page = await admin.SubmitAsync(form, "Create", 200,
            ("Input.Name", name), ("Input.Roles", "web, <img src=x onerror=alert(1)>"), ("Input.EnvironmentIds", place.Id), ("Input.Endpoint", """{"CommunicationStyle":"None"}"""));
        page.Words.ShouldContain($"Target {name} was created.");
        page.Text.ShouldNotContain("<img src=x");
        var list = await admin.GetAsync($"{Here}?environment={place.Id}&health=Unknown");
        list.Texts("main tbody tr").Single().ShouldContain($"{name} Unknown {place["Name"]} web");
        (await admin.GetAsync($"{Here}?environment={place.Id}&health=Healthy")).Words.ShouldContain("No target found");

        var task = await admin.SubmitAsync(page, "Check health now");
        task.Words.ShouldContain($"Check health of {name}");
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.Roles", "db"), ("Input.IsDisabled", "true"));
        var saved = await server.Admin.SeeAsync($"{Api.Space}/machines/{page.Path.Split('/')[^1]}");
        (saved.Json.GetProperty("Roles").Strings().Single(), saved["IsDisabled"]).ShouldBe(("db", "True"));
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "another"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Words.ShouldContain($"Target {name} was deleted.");
    }

    [Fact]
    public async Task A_limited_role_sees_the_targets_of_its_environment_alone_and_changes_nothing()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (seen, hidden) = (await server.AddMachineAsync([mine.Id]), await server.AddMachineAsync([other.Id]));
        var somebody = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(somebody.Id, "userroles-projectviewer", environments: [mine.Id]);
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        (await client.GetAsync(Here)).Texts("main tbody th").ShouldBe([seen["Name"]]);
        (await client.GetAsync($"{Here}/{seen.Id}")).Texts("main form button").ShouldBeEmpty();
        await client.GetAsync($"{Here}/{hidden.Id}", 404);
        await client.GetAsync($"{Here}/new", 403);
        (await client.PostAsync($"{Here}/new", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}?handler=Check")).ShouldBe(403);
        (await client.PostAsync($"{Here}/{seen.Id}", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{seen.Id}?handler=Check")).ShouldBe(403);
        (await client.PostAsync($"{Here}/{seen.Id}?handler=Delete", ("confirm", seen["Name"]))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{hidden.Id}?handler=Check")).ShouldBe(404);
    }

    public void Dispose() => admin.Dispose();
}
