using OctoLogin.Http;

namespace OctoLogin.ServerTasks;

/// <summary>The query of lists of tasks, with Octopus's names.</summary>
[QueryParameter("name", "Names of tasks, such as Deploy or RunbookRun, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("states", "States, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("active", "true: only those that have not ended; false: only those that have.", typeof(bool))]
[QueryParameter("project", "Ids of projects.", typeof(string[]))]
[QueryParameter("environment", "Ids of environments.", typeof(string[]))]
[QueryParameter("tenant", "Ids of tenants.", typeof(string[]))]
[QueryParameter("node", "Names of the nodes that run or ran them.", typeof(string[]))]
public sealed record TaskQuery(TaskFilter Filter)
{
    public static ValueTask<TaskQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var validation = new Validation();
        var states = QueryList.Of(query, "states")?.Select(state => StateOf(state, validation)).ToArray();
        var active = query["active"].ToString();
        validation.Check(active.Length == 0 || bool.TryParse(active, out _), $"active must be true or false, not '{Printable.Of(active, 60)}'.");
        validation.ThrowIfAny();
        if (active.Length > 0)
        {
            var isActive = bool.Parse(active);
            states = [.. (states ?? Enum.GetValues<TaskState>()).Where(state => state.IsFinal() != isActive)];
        }
        return ValueTask.FromResult<TaskQuery?>(new(new TaskFilter
        {
            Names = QueryList.Of(query, "name"),
            States = states?.Select(state => state.ToString()).ToArray(),
            Projects = QueryList.Of(query, "project"),
            Environments = QueryList.Of(query, "environment"),
            Tenants = QueryList.Of(query, "tenant"),
            Nodes = QueryList.Of(query, "node"),
        }));
    }

    private static TaskState StateOf(string text, Validation validation)
    {
        // By name alone: Enum.TryParse would also take a number.
        var known = Enum.GetValues<TaskState>().Where(state => state.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
        validation.Check(known.Count == 1, $"states has '{Printable.Of(text, 60)}'; it must be one of {string.Join(", ", Enum.GetNames<TaskState>())}.");
        return known.FirstOrDefault();
    }
}
