using System.Globalization;
using OctoLogin.Access;
using OctoLogin.HealthChecks;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;
using OctoLogin.SignIn;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal;

/// <summary>A setting of the configuration as it holds now.</summary>
/// <param name="IsSet">Somebody set it; else it is the default.</param>
public sealed record ShownSetting(string Name, string Value, string Meaning, bool IsSet);

public sealed record SettingGroup(string Title, string Anchor, IReadOnlyList<ShownSetting> Settings);

/// <summary>The configuration that people ask for, to be read and not to be changed here. No secret is among it.</summary>
public sealed class ServerSettings(
    IConfiguration configuration, SessionTimes sessions, SignInOptions signIn, TokenExchangeOptions exchange, TaskOptions tasks, PackageOptions packages, HealthCheckOptions healthChecks)
{
    public IReadOnlyList<SettingGroup> Groups =>
    [
        new("Sessions", "sessions",
        [
            Of("SignIn:SessionTimeoutInSeconds", Number((long)sessions.IdleTimeout.TotalSeconds), "A session without a request ends after this."),
            Of("SignIn:MaximumSessionDurationInSeconds", Number((long)sessions.MaximumDuration.TotalSeconds), "A session ends after this, whatever it does."),
            Of("SignIn:PasswordsEnabled", signIn.PasswordsEnabled ? "true" : "false", "Whether people may sign in with user name and password."),
        ]),
        new("Retention", "retention",
        [
            Of("Tasks:RetentionDays", Number(tasks.RetentionDays), "Days that logs of ended tasks, and what tasks kept, stay. Releases and runs stay as their lifecycle and runbook say."),
            Of("Packages:RetentionDays", packages.RetentionDays is { } days ? Number(days) : "for ever", "Days that packages stay which no release uses."),
            Of("Packages:MaxBytes", Number(packages.MaxBytes), "The most that one package may have."),
        ]),
        new("Rate limits", "rate-limits",
        [
            Of("RateLimits:RefusalsPerMinute", Number(exchange.RefusalsPerMinute), "Refused logins from one address within a minute, before it is told to wait."),
            Of("RateLimits:ExchangesPerMinutePerServiceAccount", Unlimited(exchange.ExchangesPerMinutePerServiceAccount), "Access tokens that this process issues to one service account within a minute."),
            Of("RateLimits:ExchangesPerMinutePerIssuer", Unlimited(exchange.ExchangesPerMinutePerIssuer), "Access tokens that it issues for the tokens of one issuer within a minute."),
        ]),
        new("Tasks", "tasks",
        [
            Of("Tasks:Worker", tasks.Worker ? "true" : "false", "Whether this process runs tasks itself, or leaves them to workers."),
            Of("Tasks:Concurrency", Number(tasks.Concurrency), "Tasks that this node runs at once."),
            Of("Tasks:FailOverSeconds", Number((long)tasks.Lease.TotalSeconds), "A node that was not heard of for this long has lost its tasks."),
            Of("HealthChecks:IntervalMinutes", healthChecks.Interval is { } interval ? Number((long)interval.TotalMinutes) : "0", "Minutes between two health checks of all targets; 0: only when asked for."),
        ]),
    ];

    private ShownSetting Of(string name, string value, string meaning) => new(name, value, meaning, !string.IsNullOrEmpty(configuration[name]));

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Unlimited(int value) => value == 0 ? "0 (no limit)" : Number(value);
}
