using OctoLogin.Access;
using OctoLogin.CloudLogins;
using OctoLogin.Database;
using OctoLogin.HealthChecks;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.Packages;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;
using OctoLogin.ServiceAccounts;
using OctoLogin.SignIn;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Telemetry;
using OctoLogin.TokenExchange;

namespace OctoLogin;

/// <summary>Every slice's settings, read once at start; all faults are told at once.</summary>
public sealed record Settings(
    DatabaseOptions Database, IssuerOptions Issuer, TokenExchangeOptions TokenExchange, TrustedIssuers TrustedIssuers, GitHubOptions GitHub, AdminOptions Admin, SessionTimes Sessions, SignInOptions SignIn, ProviderOptions Provider,
    TelemetryOptions Telemetry, TrustedProxies Proxies, PackageOptions Packages, TaskOptions Tasks, ScriptOptions Scripts, CloudOptions Clouds, HealthCheckOptions HealthChecks)
{
    /// <summary>ASP.NET Core's usual sources and, for containers, a file for each setting in <c>/run/secrets</c> (<c>__</c> for <c>:</c>).</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // Settings are read once. Watching their files would take an inotify instance of the machine, of which containers run out.
        string[] all = [.. args, "--hostBuilder:reloadConfigOnChange=false"];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = all, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
        ConfigureLogging(builder.Logging, builder.Configuration, builder.Environment);
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]))
        {
            builder.WebHost.UseUrls(Server.DefaultUrls);
        }
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    public static Settings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var faults = new List<string>();
        foreach (var url in (configuration["Urls"] ?? Server.DefaultUrls).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                _ = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                faults.Add($"Urls has '{url}'; each entry must be a URL to listen on, such as {Server.DefaultUrls}.");
            }
        }
        var settings = new Settings(
            DatabaseOptions.Read(configuration, faults),
            IssuerOptions.Read(configuration, faults),
            TokenExchangeOptions.Read(configuration, environment.IsDevelopment(), faults),
            TrustedIssuers.Read(configuration, environment.IsDevelopment(), faults),
            GitHubOptions.Read(configuration, faults),
            AdminOptions.Read(configuration, faults),
            SessionTimes.Read(configuration, faults),
            SignInOptions.Read(configuration, faults),
            ProviderOptions.Read(configuration, environment.IsDevelopment(), faults),
            TelemetryOptions.Read(configuration, faults),
            TrustedProxies.Read(configuration, TimeProvider.System, faults),
            PackageOptions.Read(configuration, faults),
            TaskOptions.Read(configuration, faults),
            ScriptOptions.Read(configuration, faults),
            CloudOptions.Read(configuration, faults),
            HealthCheckOptions.Read(configuration, faults));
        return faults.Count == 0
            ? settings
            : throw new StartupException($"{faults.Count} setting{(faults.Count == 1 ? " is" : "s are")} wrong:\n" + string.Join("\n", faults.Select(fault => $"  - {fault}")))
            {
                ExitCode = StartupException.ConfigurationFault,
            };
    }

    /// <summary>JSON lines in production, for people in development. Requests are not logged: a URL may hold what a client put there by mistake.</summary>
    public static void ConfigureLogging(ILoggingBuilder logging, IConfiguration configuration, IHostEnvironment environment)
    {
        logging.ClearProviders();
        logging.AddConfiguration(configuration.GetSection("Logging"));
        // The host's diagnostics log only what is not wanted here (each request), but make an activity for it as long as they might.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        // A start that fails is told once, in a sentence; a background service that fails is logged as critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        _ = environment.IsDevelopment()
            ? logging.AddSimpleConsole(console => console.SingleLine = true)
            : logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
    }
}
