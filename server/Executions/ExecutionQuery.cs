using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>What a list of deployments or runs is narrowed to, all by Id. Null: not asked for.</summary>
[QueryParameter("projects", "Only of these projects, by Id, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("environments", "Only in these environments, by Id.", typeof(string[]))]
[QueryParameter("tenants", "Only for these tenants, by Id.", typeof(string[]))]
[QueryParameter("channels", "Of deployments: only of releases in these channels, by Id.", typeof(string[]))]
[QueryParameter("runbooks", "Of runs: only of these runbooks, by Id.", typeof(string[]))]
[QueryParameter("taskState", "Only whose server task is in this state, such as Success.", typeof(TaskState))]
public sealed record ExecutionQuery(
    string[]? Projects = null, string[]? Environments = null, string[]? Tenants = null, string[]? Channels = null, string[]? Runbooks = null, string[]? TaskStates = null)
{
    public static ValueTask<ExecutionQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        return ValueTask.FromResult<ExecutionQuery?>(new(
            QueryList.Of(query, "projects"), QueryList.Of(query, "environments"), QueryList.Of(query, "tenants"), QueryList.Of(query, "channels"),
            QueryList.Of(query, "runbooks"), QueryList.Of(query, "taskState")?.Select(State).ToArray()));
    }

    private static string State(string text) => Enum.GetNames<TaskState>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw ApiException.BadRequest($"taskState must be one of {string.Join(", ", Enum.GetNames<TaskState>())}, not '{Printable.Of(text)}'.");
}
