using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.OpenIdProvider;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServiceAccounts;
using OctoLogin.Spaces;
using OctoLogin.TokenExchange;
using OctoLogin.Users;

namespace OctoLogin;

/// <summary>From settings to a server that listens: what is added, in which order requests pass, what is mapped.</summary>
public static class Server
{
    public const string DefaultUrls = "http://localhost:8065";

    /// <param name="replace">Registered last: a test's clock, or its stand-in for the network.</param>
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public static async Task<RunningServer> StartAsync(string[] args, Action<IServiceCollection>? replace = null, CancellationToken cancel = default)
    {
        var builder = Settings.CreateBuilder(args);
        var settings = Settings.Read(builder.Configuration, builder.Environment);
        using var startLog = LoggerFactory.Create(logging => Settings.ConfigureLogging(logging, builder.Configuration, builder.Environment));
        var database = await DatabaseStartup.OpenAsync(settings.Database, TimeProvider.System, startLog, attach: false, cancel);
        try
        {
            AddServices(builder.Services, settings, database);
            replace?.Invoke(builder.Services);
            var app = builder.Build();
            UseAndMap(app, database);
            await app.Services.GetRequiredService<FirstStart>().RunAsync(settings.Admin, cancel);
            await app.Services.GetRequiredService<SigningKeyRotation>().EnsureAsync(cancel);
            await app.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(cancel);
            await ListenAsync(app, cancel);
            return new RunningServer(app, database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public static void AddServices(IServiceCollection services, Settings settings, OpenDatabase database)
    {
        services.AddSingleton(TimeProvider.System).AddSingleton(database.DataSource).AddSingleton(database.Secrets).AddSingleton<AuditLog>()
            .AddSingleton<ChangeFeed>().AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddAccess();
        services.AddSingleton<SpaceStore>();
        services.AddUsers();
        services.AddServiceAccounts(settings.GitHub);
        services.AddOpenIdProvider(settings.Issuer);
        services.AddTokenExchange(settings.TokenExchange);
        services.AddEnvironments();
        services.AddLifecycles();
        services.AddProjectGroups();
        services.AddProjects();
        services.AddChannels();
        services.AddReleases();
        services.AddSingleton<FirstStart>();
    }

    private static void UseAndMap(WebApplication app, OpenDatabase database)
    {
        app.UseCorrelationId();
        app.UseWhen(context => !OAuthErrors.IsOurs(context), api => api.UseMiddleware<ApiErrors>());
        app.UseSingleSlashes();
        app.UseWhen(OAuthErrors.IsOurs, oauth => oauth.UseMiddleware<OAuthErrors>());
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseSpaces();

        app.MapServer(database.InstallationId);
        app.MapOpenIdProvider();
        app.MapTokenExchange();
        app.MapSpaces();
        app.MapUsers();
        app.MapServiceAccounts();
        app.MapEnvironments();
        app.MapLifecycles();
        app.MapProjectGroups();
        app.MapProjects();
        app.MapChannels();
        app.MapReleases();
    }

    private static async Task ListenAsync(WebApplication app, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new StartupException($"Urls is '{string.Join(';', app.Urls)}', and another program listens there already. Stop it, or set Urls to another port (Urls=http://localhost:8066).", taken);
        }
    }
}

public sealed record RunningServer(WebApplication App, OpenDatabase Database) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
    }
}
