using System.Text;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Feeds;

/// <summary>An action that runs in an image of a feed, on a server with a command <c>docker</c> that writes down how it is called.</summary>
public sealed class ContainerPullTests : IAsyncLifetime
{
    private const string Password = "pull-password-1234";

    private readonly TestDirectory directory = new();
    private ServerProgram program = null!;

    private string Work => Path.Combine(directory.Path, "work");

    public async ValueTask InitializeAsync()
    {
        var bin = Directory.CreateDirectory(Path.Combine(directory.Path, "bin")).FullName;
        await File.WriteAllTextAsync(Path.Combine(bin, "docker"), $$"""
            #!/bin/bash
            if [ "$1" = --config ]; then config=$2; shift 2; fi
            case "$1" in
              version) echo 28 ;;
              image) exit 1 ;;
              pull)
                echo "$*" > {{directory.Path}}/pulled
                cp "$config/config.json" {{directory.Path}}/login
                stat -c %a "$config" "$config/config.json" > {{directory.Path}}/modes
                echo "denied: $(cat "$config/config.json") {{Password}}" >&2
                exit 1 ;;
            esac
            """);
        File.SetUnixFileMode(Path.Combine(bin, "docker"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        program = await ServerProgram.StartReadyAsync(Path.Combine(directory.Path, "data"), new Dictionary<string, string>
        {
            ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}", ["Scripts__WorkDirectory"] = Work, ["Clouds__AllowPrivateNetwork__0"] = "localhost",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Pulls_with_the_feeds_login_which_nobody_else_gets_to_see()
    {
        using var admin = program.Client(ServerProgram.AdminApiKey);
        var feed = (await admin.MakeAsync("/api/feeds", new
        {
            Name = "Images", FeedType = "Docker", FeedUri = "https://localhost:5443", RegistryPath = "team", Username = "ci", Password = new { HasValue = true, NewValue = Password },
        })).Id;
        var log = await RunAsync(admin, "with login", feed);
        log.ShouldContain("The container image 'localhost:5443/team/tools:1.2' cannot be pulled: denied: ");
        log.ShouldNotContain(Password);
        var both = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ci:{Password}"));
        log.ShouldNotContain(both);
        (await File.ReadAllTextAsync(Path.Combine(directory.Path, "pulled"))).Trim().ShouldBe("pull --quiet localhost:5443/team/tools:1.2");
        (await File.ReadAllTextAsync(Path.Combine(directory.Path, "login"))).ShouldBe("""{"auths":{"localhost:5443":{"auth":"BOTH"}}}""".Replace("BOTH", both, StringComparison.Ordinal));
        (await File.ReadAllLinesAsync(Path.Combine(directory.Path, "modes"))).ShouldBe(["700", "600"]);
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
        string.Join('\n', program.Output).ShouldNotContain(Password);
        (await RunAsync(admin, "no feed", "Feeds-999")).ShouldContain("Step 'Step' runs in the image 'tools:1.2' of feed 'Feeds-999', which is not there.");
        (await RunAsync(admin, "no registry", "feeds-builtin")).ShouldContain("of feed 'feeds-builtin', which is no feed of images.");
    }

    private static async Task<string> RunAsync(HttpClient admin, string name, string feed)
    {
        var group = (await admin.SeeAsync($"{Api.Space}/projectgroups/default")).Id;
        var lifecycle = (await admin.SeeAsync($"{Api.Space}/lifecycles/default")).Id;
        var project = await admin.MakeAsync($"{Api.Space}/projects", new { Name = name, ProjectGroupId = group, LifecycleId = lifecycle });
        (await admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/deploymentprocesses", new
        {
            Version = 0, Steps = new[] { Deploying.Bash("Step", "echo never", action: new { Container = new { Image = "tools:1.2", FeedId = feed } }) },
        })).ShouldBe(200);
        await admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ReleaseVersion = "1.0.0" });
        var environment = await admin.MakeAsync($"{Api.Space}/environments", new { Name = name });
        var task = (await admin.MakeAsync(Deploying.Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { environment.Id } })).Tasks().Single();
        await Eventually.TrueAsync(async () => (await admin.SeeAsync($"{Api.Space}/tasks/{task}"))["IsCompleted"] == "True", "the task ended", TimeSpan.FromMinutes(1));
        return (await admin.SeeAsync($"{Api.Space}/tasks/{task}/raw")).Text;
    }
}
