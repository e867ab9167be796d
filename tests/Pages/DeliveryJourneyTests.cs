using System.Text.Json;
using Microsoft.Playwright;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>A release made and deployed while its log is watched; and the audit of it taken along.</summary>
public sealed class DeliveryJourneyTests(Chromium chromium, ServerFixture server) : PageTests(chromium), IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_release_is_made_and_deployed_and_its_log_watched_and_the_audit_exported(bool javaScript)
    {
        var go = Path.Combine(Path.GetTempPath(), $"octologin-go-{Guid.NewGuid():N}");
        var environment = await server.AddEnvironmentAsync(Tenancy.Unique("production"));
        var project = await server.AddProjectAsync(Tenancy.Unique("web"));
        await server.SetProcessAsync(project.Id, Deploying.Bash("Roll out", $"echo 'the first line'; while [ ! -e {go} ]; do read -t 0.05 <> <(:) || true; done; echo 'the last line'"));
        var (_, username) = await server.AddPersonWithPasswordAsync("userroles-systemadministrator", "userroles-spacemanager@Spaces-1");
        var tab = await OpenAsync(server.Url, new() { JavaScript = javaScript });
        await tab.SignInAsync(username, SignedIn.Password, $"/app/spaces/default/projects/{project["Slug"]}");
        await tab.ClickAsync("Create release");
        await tab.FillAsync("Version", "2.5.0");
        await tab.PressAsync("Create");
        await tab.SeesAsync("2.5.0");
        await tab.LooksGoodAsync();
        await tab.Page.Locator("main a[href*='/deploy']").First.ClickAsync();
        await tab.Page.GetByLabel(environment["Name"]).First.CheckAsync();
        await tab.LooksGoodAsync();
        await tab.Page.Locator("main form button[type=submit]").Last.ClickAsync();
        await Microsoft.Playwright.Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/tasks/ServerTasks-"));
        await WatchAsync(tab, go);
        await ExportAsync(tab, project["Name"]);
    }

    /// <summary>With script the lines come by themselves; without, by "Reload".</summary>
    private async Task WatchAsync(Tab tab, string go)
    {
        var task = tab.Page.Url.Split('/')[^1].Split('?')[0];
        await Eventually.TrueAsync(async () => (await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}/raw")).Text.Contains("the first line", StringComparison.Ordinal), "the script has begun", TimeSpan.FromMinutes(1));
        await ReloadAsync(tab);
        await tab.SeesAsync("the first line");
        await tab.DoesNotSeeAsync("the last line");
        await tab.LooksGoodAsync();
        await File.WriteAllTextAsync(go, "");
        await server.EndsAsync(task);
        File.Delete(go);
        await ReloadAsync(tab);
        await tab.SeesAsync("the last line");
        await Assertions.Expect(tab.Page.Locator("#task-facts")).ToContainTextAsync("Success");
        await tab.LooksGoodAsync();
        if (tab.How.JavaScript)
        {
            await tab.ScreenshotAsync("task");
        }
    }

    private static Task ReloadAsync(Tab tab) => tab.How.JavaScript ? Task.CompletedTask : tab.ClickAsync("Reload");

    private static async Task ExportAsync(Tab tab, string project)
    {
        await tab.GoAsync("/app/audit");
        if (tab.How.JavaScript)
        {
            await tab.ScreenshotAsync("audit");
        }
        (await DownloadAsync("JSON lines")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()!).ShouldContain(message => message.Contains(project, StringComparison.Ordinal));
        var table = await DownloadAsync("CSV");
        table[0].ShouldStartWith("\"Id\",\"Occurred\",\"Category\",");
        table.ShouldContain(line => line.Contains(project, StringComparison.Ordinal));
        await tab.ChooseAsync("What happened", "Refused: token refused, login failed");
        await tab.PressAsync("Filter");
        await tab.DoesNotSeeAsync(project);
        await tab.LooksGoodAsync();

        async Task<string[]> DownloadAsync(string format)
        {
            var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.ClickAsync(format));
            return await File.ReadAllLinesAsync((await download.PathAsync())!);
        }
    }
}
