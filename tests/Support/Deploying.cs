using System.Text.Json;

namespace OctoLogin.Tests.Support;

/// <summary>A project with a process, where it goes, and what came of it.</summary>
public static class Deploying
{
    public const string Untenanted = Api.Space + "/deployments/create/untenanted/v1";
    public const string Tenanted = Api.Space + "/deployments/create/tenanted/v1";

    /// <summary>The Id of a new environment.</summary>
    public static async Task<string> PlaceAsync(this ServerFixture server, string name) => (await server.AddEnvironmentAsync(name)).Id;

    /// <summary>A step of one Bash script.</summary>
    /// <param name="step">More of the step, such as its condition.</param>
    /// <param name="action">More of the action.</param>
    /// <param name="properties">More properties of the action.</param>
    public static Dictionary<string, object?> Bash(string name, string body, object? step = null, object? action = null, Dictionary<string, object?>? properties = null) =>
        With(step, new()
        {
            ["Name"] = name,
            ["Actions"] = new[]
            {
                With(action, new()
                {
                    ["Name"] = name,
                    ["ActionType"] = "Octopus.Script",
                    ["Properties"] = With(properties, new()
                    {
                        ["Octopus.Action.RunOnServer"] = "true", ["Octopus.Action.Script.ScriptSource"] = "Inline", ["Octopus.Action.Script.Syntax"] = "Bash",
                        ["Octopus.Action.Script.ScriptBody"] = body,
                    }),
                }),
            },
        });

    /// <summary>A project with these steps and release 1.0.0.</summary>
    public static async Task<ApiAnswer> AddReleasedProjectAsync(this ServerFixture server, string name, params object[] steps)
    {
        var project = await server.AddProjectAsync(name);
        await server.SetProcessAsync(project.Id, steps);
        await server.ReleaseAsync(project, "1.0.0");
        return project;
    }

    public static async Task<string> ReleaseAsync(this ServerFixture server, ApiAnswer project, string version) =>
        (await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ReleaseVersion = version }))["ReleaseId"];

    /// <summary>Starts a deployment to each environment, and gives the tasks.</summary>
    public static async Task<string[]> DeployAsync(this ServerFixture server, ApiAnswer project, string version, params string[] environments) =>
        (await server.Admin.MakeAsync(Untenanted, new { ProjectName = project.Id, ReleaseVersion = version, EnvironmentNames = environments })).Tasks();

    public static string[] Tasks(this ApiAnswer answer) =>
        [.. (answer.Json.TryGetProperty("DeploymentServerTasks", out var tasks) ? tasks : answer.Json.GetProperty("RunbookRunServerTasks")).EnumerateArray().Select(task => task.GetProperty("ServerTaskId").GetString()!)];

    public static string[] Deployments(this ApiAnswer answer) =>
        [.. answer.Json.GetProperty("DeploymentServerTasks").EnumerateArray().Select(task => task.GetProperty("DeploymentId").GetString()!)];

    /// <summary>Waits until the task has ended, and fails the test with its log when it ended otherwise.</summary>
    public static async Task<TaskEnd> EndsAsync(this ServerFixture server, string task, string state = "Success")
    {
        await Eventually.TrueAsync(async () => (await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}")).Json.GetProperty("IsCompleted").GetBoolean(), $"{task} ended", TimeSpan.FromMinutes(1));
        var end = new TaskEnd(
            await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}"), (await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}/raw")).Text, await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}/details"));
        end.Task["State"].ShouldBe(state, $"{end.Task["ErrorMessage"]}\n{end.Log}");
        return end;
    }

    /// <summary>Deploys to one environment and waits for its end.</summary>
    public static async Task<TaskEnd> DeployedAsync(this ServerFixture server, ApiAnswer project, string version, string environment, string state = "Success") =>
        await server.EndsAsync((await server.DeployAsync(project, version, environment)).Single(), state);

    private static Dictionary<string, object?> With(object? more, Dictionary<string, object?> thing)
    {
        foreach (var property in more is null ? [] : JsonSerializer.SerializeToElement(more).EnumerateObject())
        {
            thing[property.Name] = property.Value;
        }
        return thing;
    }
}

/// <summary>A task that has ended.</summary>
public sealed record TaskEnd(ApiAnswer Task, string Log, ApiAnswer Details)
{
    /// <summary>The elements of the log's tree below the root, in their order, each as <c>Name: Status</c>, indented by its depth.</summary>
    public string Tree => string.Join("\n", Details.Json.GetProperty("ActivityLogs").EnumerateArray().SelectMany(root => Children(root, "")));

    private static IEnumerable<string> Children(JsonElement element, string indent) => element.GetProperty("Children").EnumerateArray().SelectMany(child =>
        Children(child, indent + "  ").Prepend($"{indent}{child.GetProperty("Name").GetString()}: {child.GetProperty("Status").GetString()}"));
}
