using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>What the login is for: the next step of the same job creates a release, as a build server's account.</summary>
public sealed class WorkflowReleaseTests(ServerFixture server, ActionImage image) : IClassFixture<ServerFixture>
{
    private const string Space = "Spaces-1";

    [Theory]
    [InlineData(StartedAs.Program)]
    [InlineData(StartedAs.Container)]
    public async Task The_next_step_creates_a_release_and_the_audit_names_the_login(StartedAs how)
    {
        var project = await AddProjectAsync();
        var (id, audience) = await AddBuildServerAsync();
        await using var job = await Workflow.StartAsync(server, audience, how == StartedAs.Container ? await image.GetAsync() : null);

        var login = await job.Step.RunAsync();
        using var next = new NextStep(login);
        var (status, version) = await next.CreateReleaseAsync(Space, project.Name);
        await job.Step.RunPostAsync(login);

        status.ShouldBe(HttpStatusCode.Created, login.ToString());
        version.ShouldBe("0.0.1");
        (await next.CreateReleaseAsync(Space, project.Name)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var establishedWith = await connection.QuerySingleAsync<string>(
            "select established_with from audit_events where user_id = @id and category = 'Created' and message like '%0.0.1%'", new { id });
        var issued = await connection.QuerySingleAsync<string>("select details->>'access_token_id' from audit_events where user_id = @id and category = 'TokenIssued'", new { id });
        establishedWith.ShouldContain(issued);
    }

    [Fact]
    public async Task A_scope_of_one_project_releases_that_one_alone()
    {
        var (mine, other) = (await AddProjectAsync(), await AddProjectAsync());
        var (_, audience) = await AddBuildServerAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["scope"] = $"ReleaseCreate project:{mine.Id}";

        var login = await job.Step.RunAsync();

        using var next = new NextStep(login);
        (await next.CreateReleaseAsync(Space, mine.Name)).Status.ShouldBe(HttpStatusCode.Created, login.ToString());
        // To this token there is no such project: the command names one that does not exist.
        (await next.CreateReleaseAsync(Space, other.Name)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<(string Id, string Audience)> AddBuildServerAsync()
    {
        var account = await server.AddTrustedAccountAsync();
        await server.GrantAsync(account.Id, "userroles-buildserver", Space);
        return account;
    }

    private async Task<(string Id, string Name)> AddProjectAsync()
    {
        var name = $"Hello {Guid.NewGuid():N}";
        var created = await ServerFixture.PostAsync(server.Admin, $"/api/{Space}/projects",
            new { Name = name, ProjectGroupId = await FirstAsync("projectgroups"), LifecycleId = await FirstAsync("lifecycles") });
        return (created.GetProperty("Id").GetString()!, name);
    }

    private async Task<string> FirstAsync(string collection)
    {
        var list = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/{Space}/{collection}");
        return list.GetProperty("Items")[0].GetProperty("Id").GetString()!;
    }
}
