using Microsoft.Extensions.DependencyInjection.Extensions;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;
using OctoLogin.Telemetry;

namespace OctoLogin;

/// <summary>
/// A process that runs tasks and serves nothing, so that users' scripts need not run beside the keys of access tokens: these are never
/// opened here. It needs the database, the master key for sensitive variables, and the keys of ID tokens, with which deployments log in to clouds.
/// </summary>
public static class Worker
{
    /// <param name="health">Whether <c>/health/live</c> and <c>/health/ready</c> are served at the first of <c>Urls</c>; nothing else is.</param>
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public static async Task<RunningWorker> StartAsync(string[] args, bool health, Action<IServiceCollection>? replace = null, CancellationToken cancel = default)
    {
        var builder = Settings.CreateBuilder(args);
        var settings = Settings.Read(builder.Configuration, builder.Environment);
        using var startLog = LoggerFactory.Create(logging => Settings.ConfigureLogging(logging, builder.Configuration, builder.Environment));
        var database = await DatabaseStartup.OpenAsync(settings.Database, TimeProvider.System, startLog, attach: true, cancel);
        RunningWorker? worker = null;
        try
        {
            Server.AddServices(builder.Services, settings, database);
            builder.Services.Replace(ServiceDescriptor.Singleton(new SigningDuties(SigningKeyUse.IdTokens)));
            builder.Services.Replace(ServiceDescriptor.Singleton(new ServerNode(Guid.NewGuid(), settings.Tasks.NodeName, Serves: false)));
            replace?.Invoke(builder.Services);
            worker = new RunningWorker(builder.Build(), database);
            await worker.StartAsync(cancel);
            if (health)
            {
                await worker.ListenAsync(args, cancel);
            }
            return worker;
        }
        catch
        {
            await (worker?.DisposeAsync() ?? database.DisposeAsync());
            throw;
        }
    }
}

/// <summary>Services of the server of which only those are started that a worker needs.</summary>
public sealed class RunningWorker(WebApplication services, OpenDatabase database) : IAsyncDisposable
{
    private readonly IHostedService[] started =
    [
        services.Services.GetRequiredService<SigningKeyUpkeep>(), services.Services.GetRequiredService<ChangeFeed>(), services.Services.GetRequiredService<NodePresence>(), services.Services.GetRequiredService<TaskSignals>(),
        services.Services.GetRequiredService<TaskUpkeep>(), services.Services.GetRequiredService<ScriptFolders>(), services.Services.GetRequiredService<TaskWorker>(),
    ];

    private WebApplication? health;

    public IServiceProvider Services => services.Services;

    internal async Task StartAsync(CancellationToken cancel)
    {
        _ = Services.GetRequiredService<TelemetryPipeline>();
        await Services.GetRequiredService<SigningKeyRotation>().EnsureAsync(cancel);
        await Services.GetRequiredService<SigningKeyRing>().ReloadAsync(cancel);
        foreach (var service in started)
        {
            await service.StartAsync(cancel);
        }
    }

    internal async Task ListenAsync(string[] args, CancellationToken cancel)
    {
        var worker = Services.GetRequiredService<TaskWorker>();
        var builder = Settings.CreateBuilder(args);
        builder.Services.AddSingleton(database.DataSource);
        health = builder.Build();
        health.UseMiddleware<ApiErrors>();
        health.UseRouting();
        health.MapHealth(() => worker.IsReady);
        await Listening.StartAsync(health, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await (health?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var service in started.Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}
