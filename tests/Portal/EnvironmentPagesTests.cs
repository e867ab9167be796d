using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Environments in the portal.</summary>
public sealed class EnvironmentPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default/environments";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task One_is_made_changed_moved_up_and_deleted_when_its_name_was_typed()
    {
        var (first, second) = (Tenancy.Unique("First"), Tenancy.Unique("Second"));
        foreach (var name in (string[])[first, second])
        {
            (await admin.SubmitAsync(await admin.GetAsync($"{Here}/new"), "Create", 200, ("Input.Name", name))).Words.ShouldContain($"Environment {name} was created.");
        }
        (await admin.SubmitAsync(await admin.GetAsync($"{Here}/new"), "Create", 409, ("Input.Name", first))).Words.ShouldContain(first);
        var list = await admin.GetAsync(Here);
        list.Texts("main tbody th").TakeLast(2).ShouldBe([first, second]);
        var id = (await server.Admin.SeeAsync($"{Api.Space}/environments?partialName={Uri.EscapeDataString(second)}")).Json.GetProperty("Items")[0].GetProperty("Id").GetString()!;
        (await admin.PostAsync($"{Here}?handler=Move", ("id", id), ("up", "true"))).ShouldBe(302);
        list = await admin.GetAsync(Here);
        list.Texts("main tbody th").TakeLast(2).ShouldBe([second, first]);
        list.Document.QuerySelectorAll("main tbody tr").Last().QuerySelectorAll("button").Select(button => button.GetAttribute("aria-label")).ShouldBe([$"Move {first} up"]);

        var edit = await admin.GetAsync(list.Document.QuerySelectorAll("main tbody a").Single(link => link.TextContent == second).GetAttribute("href")!);
        list = await admin.SubmitAsync(edit, "Save", 200, ("Input.Description", "<img src=x onerror=alert(1)>"), ("Input.UseGuidedFailure", "true"));
        list.Text.ShouldNotContain("<img src=x");
        (await server.Admin.SeeAsync($"{Api.Space}/environments/{id}"))["UseGuidedFailure"].ShouldBe("True");
        edit = await admin.GetAsync(edit.Path);
        await admin.SubmitAsync(edit, "Save");
        (await server.Admin.SeeAsync($"{Api.Space}/environments/{id}"))["UseGuidedFailure"].ShouldBe("True");
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", first))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", second))).Texts("main tbody th").ShouldNotContain(second);
    }

    [Fact]
    public async Task A_limited_role_sees_its_environment_alone_and_changes_nothing()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var somebody = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(somebody.Id, "userroles-projectviewer", environments: [mine.Id]);
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var list = await client.GetAsync(Here);
        list.Texts("main tbody th").ShouldBe([mine["Name"]]);
        list.Texts("main form button").ShouldBeEmpty();
        (await client.GetAsync($"{Here}/{mine["Slug"]}")).Texts("main form button").ShouldBeEmpty();
        await client.GetAsync($"{Here}/{other["Slug"]}", 404);
        await client.GetAsync($"{Here}/new", 403);
        (await client.PostAsync($"{Here}/new", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}?handler=Move", ("id", mine.Id), ("up", "true"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{mine["Slug"]}", ("Input.Name", "forged"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{mine["Slug"]}?handler=Delete", ("confirm", mine["Name"]))).ShouldBe(403);
        (await client.PostAsync($"{Here}/{other["Slug"]}?handler=Delete", ("confirm", other["Name"]))).ShouldBe(404);
    }

    public void Dispose() => admin.Dispose();
}
