using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Portal;

/// <summary>Tasks and their logs in the portal.</summary>
public sealed class TaskPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task The_log_of_a_running_task_grows_by_what_is_new_until_the_task_is_canceled()
    {
        using var shared = new TestDirectory();
        var project = await server.AddReleasedProjectAsync(Tenancy.Unique("Live"), Bash("Talk", $"umask 0; echo first-line; until [ -e {shared.Path}/go ]; do sleep 0.05; done; echo second-line; sleep 600"));
        var task = (await server.DeployAsync(project, "1.0.0", await server.PlaceAsync(Tenancy.Unique("live")))).Single();
        var url = $"{Here}/tasks/{task}";
        PortalPageView page = null!;
        await Eventually.TrueAsync(async () => (page = await admin.GetAsync(url)).Words.Contains("first-line", StringComparison.Ordinal), "the first line is shown");
        page.Document.QuerySelector("[role=log]").ShouldNotBeNull();
        page.Document.QuerySelectorAll("main a").ShouldContain(link => link.TextContent.Trim() == "Reload");
        page.Words.ShouldContain("Executing");

        var news = page.Document.QuerySelector("#task-news")!.GetAttribute("hx-get")!;
        (await admin.GetAsync(news)).Text.ShouldNotContain("first-line");
        await File.WriteAllTextAsync(Path.Combine(shared.Path, "go"), "", TestContext.Current.CancellationToken);
        PortalPageView added = null!;
        await Eventually.TrueAsync(async () => (added = await admin.GetAsync(news)).Text.Contains("second-line", StringComparison.Ordinal), "the second line is news");
        added.Text.ShouldNotContain("first-line");
        var line = added.Document.QuerySelectorAll("[hx-swap-oob]").Single(one => one.TextContent.Contains("second-line", StringComparison.Ordinal));
        var target = line.GetAttribute("hx-swap-oob")!.Split('#')[1];
        page.Document.QuerySelector($"[id='{target}']").ShouldNotBeNull();
        var next = added.Document.QuerySelector("#task-news")!.GetAttribute("hx-get")!;
        (await admin.GetAsync(next)).Text.ShouldNotContain("second-line");

        (await admin.SubmitAsync(page, "Cancel the task")).Words.ShouldContain("The task was told to stop.");
        await server.EndsAsync(task, "Canceled");
        var end = await admin.GetAsync(next);
        end.Document.QuerySelector("#task-news")!.HasAttribute("hx-get").ShouldBeFalse();
        end.Text.ShouldContain("Canceled");
        page = await admin.GetAsync(url);
        page.Document.QuerySelector("#task-news").ShouldBeNull();
        page.Words.ShouldNotContain("Running");
        page.Texts("main form button").ShouldNotContain("Cancel the task");
    }

    [Fact]
    public async Task The_log_is_narrowed_by_level_and_words_and_escaped_cut_to_its_last_lines_and_there_as_text_and_artifacts()
    {
        var project = await server.AddReleasedProjectAsync(Tenancy.Unique("Levels"), Bash("Talk",
            """
            echo '<img src=x onerror=alert(1)>'; echo plain-line; echo '##octopus[stdout-warning]'; echo warned-line; echo '##octopus[stdout-default]'; echo broken-line >&2
            echo 'of the artifact' > kept.txt; new_octopusartifact kept.txt
            """));
        var task = (await server.DeployedAsync(project, "1.0.0", await server.PlaceAsync(Tenancy.Unique("levels")))).Task.Id;
        var url = $"{Here}/tasks/{task}";
        var page = await admin.GetAsync(url);
        page.Text.ShouldNotContain("<img src=x");
        page.Words.ShouldContain("<img src=x onerror=alert(1)>");
        page.Texts(".log-warning").Single().ShouldContain("Warning warned-line");
        page.Texts(".log-node summary").First().ShouldContain(project["Name"]);
        (await admin.GetAsync($"{url}?level=warning")).Words.ShouldSatisfyAllConditions(words => words.ShouldContain("warned-line"), words => words.ShouldNotContain("plain-line"));
        (await admin.GetAsync($"{url}?q=PLAIN")).Texts(".log-line").Single().ShouldContain("plain-line");
        var last = await admin.GetAsync($"{url}?lines=1");
        last.Texts(".log-line").Length.ShouldBe(1);
        (await admin.GetAsync(last.Document.QuerySelectorAll("main a").Single(link => link.TextContent == "Show earlier lines").GetAttribute("href")!)).Texts(".log-line").Length.ShouldBeGreaterThan(1);

        (await admin.Http.GetStringAsync($"{url}?handler=Raw")).ShouldContain("plain-line");
        var artifact = page.Document.QuerySelectorAll("main a").Single(link => link.TextContent.Trim() == "kept.txt").GetAttribute("href")!;
        (await admin.Http.GetStringAsync(artifact)).ShouldBe("of the artifact\n");
    }

    [Fact]
    public async Task The_list_is_narrowed_by_state_project_and_environment_and_leafed_through_without_counting()
    {
        var project = await server.AddReleasedProjectAsync(Tenancy.Unique("Listed"), Bash("Say", "echo hello"));
        var failing = await server.AddReleasedProjectAsync(Tenancy.Unique("Failing"), Bash("Say", "exit 3"));
        var place = await server.PlaceAsync(Tenancy.Unique("listed"));
        var done = (await server.DeployedAsync(project, "1.0.0", place)).Task.Id;
        var failed = (await server.DeployedAsync(failing, "1.0.0", place, "Failed")).Task.Id;
        (await TasksAsync($"?project={project.Id}")).ShouldBe([done]);
        (await TasksAsync($"?environment={place}")).ShouldBe([failed, done]);
        (await TasksAsync($"?environment={place}&state=Failed")).ShouldBe([failed]);
        (await TasksAsync($"?environment={place}&state=active")).ShouldBeEmpty();
        (await TasksAsync($"?environment={place}&before={failed.Split('-')[1]}")).ShouldBe([done]);
        (await TasksAsync($"?q={Uri.EscapeDataString(failing["Name"])}")).ShouldBe([failed]);

        async Task<string[]> TasksAsync(string query) =>
            [.. (await admin.GetAsync($"{Here}/tasks{query}")).Document.QuerySelectorAll("main tbody a").Select(link => link.GetAttribute("href")!.Split('/')[^1])];
    }

    [Fact]
    public async Task Somebody_without_the_right_sees_no_task_and_cancels_none()
    {
        var project = await server.AddReleasedProjectAsync(Tenancy.Unique("Hidden"), Bash("Say", "echo secret-line"));
        var task = (await server.DeployedAsync(project, "1.0.0", await server.PlaceAsync(Tenancy.Unique("hidden")))).Task.Id;
        var (publisher, viewer) = (await server.AddCallerAsync("userroles-packagepublisher@Spaces-1"), await server.AddCallerAsync("userroles-projectviewer@Spaces-1"));
        using var outside = new PortalClient(server.Url, publisher.ApiKey);
        await outside.GetAsync($"{Here}/tasks", 403);
        foreach (var handler in (string[])["", "?handler=News&after=0", "?handler=Raw"])
        {
            await outside.GetAsync($"{Here}/tasks/{task}{handler}", 404);
        }
        (await outside.PostAsync($"{Here}/tasks/{task}?handler=Cancel")).ShouldBe(404);
        using var inside = new PortalClient(server.Url, viewer.ApiKey);
        await inside.GetAsync($"{Here}/tasks/{task}");
        (await inside.PostAsync($"{Here}/tasks/{task}?handler=Cancel")).ShouldBe(403);
    }

    public void Dispose() => admin.Dispose();
}
