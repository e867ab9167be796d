namespace OctoLogin.Access;

/// <summary>The settings below <c>SignIn:</c> that say how long a person stays signed in.</summary>
public sealed record SessionTimes
{
    /// <summary>Without a request.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(1200);

    /// <summary>Whatever they do.</summary>
    public TimeSpan MaximumDuration { get; init; } = TimeSpan.FromSeconds(86400);

    /// <summary>How long one sighting does: a session that is used is written about this often and no oftener.</summary>
    public TimeSpan SeenFor => TimeSpan.FromSeconds(Math.Min(60, IdleTimeout.TotalSeconds / 10));

    public static SessionTimes Read(IConfiguration configuration, List<string> faults)
    {
        var present = new SessionTimes();
        var idle = Seconds(configuration, "SessionTimeoutInSeconds", present.IdleTimeout, 60, faults);
        var most = Seconds(configuration, "MaximumSessionDurationInSeconds", present.MaximumDuration, 300, faults);
        return new SessionTimes { IdleTimeout = idle < most ? idle : most, MaximumDuration = most };
    }

    private static TimeSpan Seconds(IConfiguration configuration, string name, TimeSpan present, int least, List<string> faults)
    {
        const int Most = 365 * 86400;
        if (configuration[$"SignIn:{name}"] is not { Length: > 0 } text)
        {
            return present;
        }
        if (int.TryParse(text, out var seconds) && seconds >= least && seconds <= Most)
        {
            return TimeSpan.FromSeconds(seconds);
        }
        faults.Add($"SignIn:{name} is '{text}'; it must be a whole number of seconds from {least} to {Most} (a year), such as {present.TotalSeconds}.");
        return present;
    }
}
