using System.Globalization;

namespace OctoLogin.ServerTasks;

/// <summary>The settings below <c>Tasks:</c>.</summary>
public sealed record TaskOptions
{
    /// <summary><c>Tasks:Worker</c>: whether this process runs tasks, or only serves.</summary>
    public bool Worker { get; init; } = true;

    /// <summary><c>Tasks:Concurrency</c>: how many tasks this node runs at once.</summary>
    public int Concurrency { get; init; } = 5;

    /// <summary><c>Tasks:NodeName</c>: what people are told of this process; its machine's name unless set. Need not be unique.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary><c>Tasks:RetentionDays</c>: how long the logs of ended tasks are kept.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary><c>Tasks:FailOverSeconds</c>: for how long a lease is valid by the database's clock after it was renewed. Then any node may call the task failed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A node that could not renew for this long stops its tasks by itself, counted from when it asked for the last renewal that was
    /// answered. The lease counts from when the database did it, which is later. So whatever becomes of the link, at least the other
    /// half of the lease is left for processes to be killed before another node calls the task failed and lets the next of its key begin:
    /// of 60 s, 30 to be without the database and 30 to end.
    /// </summary>
    public TimeSpan StopAfter => Lease / 2;

    /// <summary>Ten tries before a node stops its tasks: a PostgreSQL that restarts is not noticed.</summary>
    public TimeSpan Heartbeat => Lease / 20;

    public static TaskOptions Read(IConfiguration configuration, List<string> faults)
    {
        var defaults = new TaskOptions();
        var name = configuration["Tasks:NodeName"]?.Trim();
        if (name is { Length: > 100 } || name?.Any(char.IsControl) == true)
        {
            faults.Add("Tasks:NodeName must have at most 100 characters and no control characters.");
        }
        return new()
        {
            Worker = Flag("Tasks:Worker", defaults.Worker),
            Concurrency = Number("Tasks:Concurrency", defaults.Concurrency, 1, 100),
            NodeName = string.IsNullOrEmpty(name) ? defaults.NodeName : name,
            RetentionDays = Number("Tasks:RetentionDays", defaults.RetentionDays, 1, 36_500),
            Lease = TimeSpan.FromSeconds(Number("Tasks:FailOverSeconds", (int)defaults.Lease.TotalSeconds, 4, 3600)),
        };

        int Number(string setting, int otherwise, int least, int most)
        {
            var text = configuration[setting]?.Trim();
            if (string.IsNullOrEmpty(text))
            {
                return otherwise;
            }
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }
            faults.Add($"{setting} is '{text}'; it must be a whole number from {least} to {most}.");
            return otherwise;
        }

        bool Flag(string setting, bool otherwise)
        {
            var text = configuration[setting]?.Trim();
            if (string.IsNullOrEmpty(text))
            {
                return otherwise;
            }
            if (bool.TryParse(text, out var flag))
            {
                return flag;
            }
            faults.Add($"{setting} is '{text}'; it must be true or false.");
            return otherwise;
        }
    }
}
