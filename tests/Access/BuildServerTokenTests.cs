using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>
/// What a job can do with the access token of a service account that is a Build server for project A in environment E, and what it cannot:
/// the same whether the role is limited so, or the role is not and the token was narrowed when it was asked for.
/// </summary>
public sealed class BuildServerTokenTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Role = "userroles-buildserver";

    [Theory]
    [InlineData("limited role")]
    [InlineData("narrowed token")]
    public async Task Releases_and_deploys_its_project_to_its_environment_and_learns_of_nothing_else(string by)
    {
        var story = await StoryAsync(by);
        await DoesItsWorkAsync(story);
        await CannotLeaveItsEnvironmentAsync(story);
        await CannotTouchTheOtherProjectAsync(story);
        await ListsShowItsOwnAsync(story);
    }

    private async Task<Story> StoryAsync(string by)
    {
        var (e, f) = (await server.PlaceAsync(Tenancy.Unique("E")), await server.PlaceAsync(Tenancy.Unique("F")));
        var (a, b) = (await server.AddProjectAsync(Tenancy.Unique("A")), await server.AddReleasedProjectAsync(Tenancy.Unique("B"), Deploying.Bash("Say", "echo secret of B")));
        await server.SetProcessAsync(a.Id, Deploying.Bash("Say", "echo released by a token"));
        var (account, audience) = await server.AddTrustedAccountAsync();
        await (by == "limited role" ? server.GiveLimitedRoleAsync(account, Role, [a.Id], environments: [e]) : server.GrantAsync(account, Role, "Spaces-1"));
        (string, string)[] scope = by == "limited role" ? [] : [("scope", $"project:{a.Id} environment:{e}")];
        var token = (await server.ExchangeAsync(audience, server.GitHubToken(audience), scope)).AccessToken;
        // It waits, so that it could be cancelled.
        var waits = await server.Admin.MakeAsync(Deploying.Untenanted, new { ProjectName = b.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { e }, RunAt = server.Clock.GetUtcNow().AddDays(1) });
        var ended = await server.Admin.MakeAsync(Deploying.Untenanted, new { ProjectName = b.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { f } });
        await server.EndsAsync(ended.Tasks().Single());
        return new(server.ClientWithToken(token), a, b, e, f, waits, ended);
    }

    private async Task DoesItsWorkAsync(Story story)
    {
        var release = await story.Job.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = story.A["Name"], ReleaseVersion = "1.0.0" });
        var deployed = (await story.Job.MakeAsync(Deploying.Untenanted, Deploy(story.A, story.E))).Tasks().Single();
        (await server.EndsAsync(deployed)).Log.ShouldContain("released by a token");
        (await story.Job.SeeAsync($"/api/tasks/{deployed}"))["State"].ShouldBe("Success");
        (await story.Job.SeeAsync($"{Api.Space}/tasks/{deployed}/raw")).Text.ShouldContain("released by a token");
        (await story.Job.SeeAsync($"{Api.Space}/releases/{release["ReleaseId"]}/deployments")).Names("TaskId").ShouldBe([deployed]);
        var later = (await story.Job.MakeAsync(Deploying.Untenanted, new { ProjectName = story.A.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { story.E }, RunAt = server.Clock.GetUtcNow().AddDays(1) })).Tasks().Single();
        (await story.Job.SendAsync("POST", $"/api/tasks/{later}/cancel")).ShouldBe(200)["State"].ShouldBe("Canceled");
    }

    private async Task CannotLeaveItsEnvironmentAsync(Story story)
    {
        var before = await server.CountAsync("server_tasks");
        (await story.Job.SendAsync("POST", Deploying.Untenanted, Deploy(story.A, story.F))).ShouldBeRefused(400, $"There is no environment '{story.F}'");
        // Nor in one breath with its own.
        (await story.Job.SendAsync("POST", Deploying.Untenanted, Deploy(story.A, story.E, story.F))).ShouldBeRefused(400, $"There is no environment '{story.F}'");
        (await server.CountAsync("server_tasks")).ShouldBe(before);
        var made = await server.Admin.MakeAsync(Deploying.Untenanted, Deploy(story.A, story.F));
        await server.EndsAsync(made.Tasks().Single());
        await ShouldNotBeThereAsync(story, [$"environments/{story.F}", .. ExecutionOf(made)]);
    }

    private async Task CannotTouchTheOtherProjectAsync(Story story)
    {
        var (b, waits) = (story.B, story.Waits.Tasks().Single());
        var counts = (await server.CountAsync("releases"), await server.CountAsync("server_tasks"));
        (await story.Job.SendAsync("POST", $"{Api.Space}/releases/create/v1", new { ProjectName = b["Name"] })).ShouldBeRefused(400, $"There is no project '{b["Name"]}'");
        (await story.Job.SendAsync("POST", Deploying.Untenanted, Deploy(b, story.E))).ShouldBeRefused(400, $"There is no project '{b.Id}'");
        (await server.CountAsync("releases"), await server.CountAsync("server_tasks")).ShouldBe(counts);

        var release = (await server.Admin.SeeAsync($"{Api.Space}/projects/{b.Id}/releases")).Names("Id").Single();
        var channel = (await server.Admin.SeeAsync($"{Api.Space}/projects/{b.Id}/channels")).Names("Id").Single();
        var variables = await server.Admin.SeeAsync($"{Api.Space}/projects/{b.Id}/variables");
        var process = await server.Admin.SeeAsync($"{Api.Space}/projects/{b.Id}/deploymentprocesses");
        await ShouldNotBeThereAsync(story,
        [
            $"projects/{b.Id}", $"projects/{b["Slug"]}", $"projects/{b.Id}/variables", $"variables/{variables.Id}", $"projects/{b.Id}/deploymentprocesses", $"deploymentprocesses/{process.Id}",
            $"projects/{b.Id}/releases", $"projects/{b.Id}/releases/1.0.0", $"releases/{release}", $"releases/{release}/deployments", $"releases/{release}/progression",
            $"projects/{b.Id}/channels", $"channels/{channel}", $"projects/{b.Id}/runbooks", .. ExecutionOf(story.Waits), .. ExecutionOf(story.Ended),
        ]);
        (await story.Job.SendAsync("POST", $"/api/tasks/{waits}/cancel")).ShouldBe(404);
        (await story.Job.SendAsync("POST", $"{Api.Space}/tasks/{waits}/cancel")).ShouldBe(404);
        (await server.Admin.SeeAsync($"/api/tasks/{waits}"))["State"].ShouldBe("Queued");
    }

    private static async Task ListsShowItsOwnAsync(Story story)
    {
        (await story.Job.SeeAsync($"{Api.Space}/projects?take=1000")).Names("Id").ShouldBe([story.A.Id]);
        (await story.Job.SeeAsync($"{Api.Space}/environments/all")).Names("Id").ShouldBe([story.E]);
        foreach (var list in (string[])["releases", "channels"])
        {
            (await story.Job.SeeAsync($"{Api.Space}/{list}?take=1000")).Names("ProjectId").ShouldBe([story.A.Id], list);
        }
        foreach (var list in (string[])[$"{Api.Space}/deployments?take=1000", $"{Api.Space}/deployments?projects={story.A.Id},{story.B.Id}&environments={story.E},{story.F}"])
        {
            var shown = await story.Job.SeeAsync(list);
            shown.Names("ProjectId").Zip(shown.Names("EnvironmentId")).ShouldBe([(story.A.Id, story.E), (story.A.Id, story.E)], list);
        }
        foreach (var list in (string[])["/api/tasks?take=1000", $"{Api.Space}/tasks?take=1000", $"/api/tasks?ids={string.Join(',', story.Others)}", $"/api/tasks?project={story.B.Id}"])
        {
            var shown = await story.Job.SeeAsync(list);
            shown.Names("Id").ShouldNotContain(id => story.Others.Contains(id), list);
            shown.Names("Id").Length.ShouldBe(list.Contains("take", StringComparison.Ordinal) ? 2 : 0, list);
        }
    }

    private static async Task ShouldNotBeThereAsync(Story story, string[] paths)
    {
        foreach (var path in paths)
        {
            (await story.Job.SendAsync("GET", $"{Api.Space}/{path}")).Status.ShouldBe(404, path);
        }
    }

    private static object Deploy(ApiAnswer project, params string[] environments) => new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = environments };

    /// <summary>The paths at which a deployment, its task and its log are read.</summary>
    private static IEnumerable<string> ExecutionOf(ApiAnswer made) =>
        [$"deployments/{made.Deployments().Single()}", .. ((string[])["", "/details", "/raw", "/log"]).Select(part => $"tasks/{made.Tasks().Single()}{part}")];

    private sealed record Story(HttpClient Job, ApiAnswer A, ApiAnswer B, string E, string F, ApiAnswer Waits, ApiAnswer Ended)
    {
        public string[] Others { get; } = [.. Waits.Tasks(), .. Ended.Tasks()];
    }
}
