using Npgsql;
using OctoLogin.Access;
using OctoLogin.AccountTests;
using OctoLogin.Accounts;
using OctoLogin.AccountTokens;
using OctoLogin.Artifacts;
using OctoLogin.Audit;
using OctoLogin.BuildInformation;
using OctoLogin.Channels;
using OctoLogin.CloudLogins;
using OctoLogin.Database;
using OctoLogin.Deployments;
using OctoLogin.Environments;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Executions;
using OctoLogin.Feeds;
using OctoLogin.HealthChecks;
using OctoLogin.Http;
using OctoLogin.OpenApi;
using OctoLogin.Lifecycles;
using OctoLogin.Machines;
using OctoLogin.OpenIdProvider;
using OctoLogin.Packages;
using OctoLogin.Portal;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Runbooks;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;
using OctoLogin.ServiceAccounts;
using OctoLogin.SignIn;
using OctoLogin.Spaces;
using OctoLogin.TagSets;
using OctoLogin.Teams;
using OctoLogin.Telemetry;
using OctoLogin.Tenants;
using OctoLogin.TokenExchange;
using OctoLogin.Users;
using OctoLogin.Variables;

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
        WebApplication? app = null;
        try
        {
            AddServices(builder.Services, settings, database);
            replace?.Invoke(builder.Services);
            app = builder.Build();
            UseAndMap(app, database);
            await PrepareAsync(app.Services, settings.Admin, cancel);
            await app.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(cancel);
            await Listening.StartAsync(app, cancel);
            await app.Services.GetRequiredService<SetUp>().OfferAsync(settings.Issuer.ServerUri, cancel);
            return new RunningServer(app, database);
        }
        catch
        {
            // What already runs in the background ends before the database that it uses.
            await (app?.StopAsync(CancellationToken.None) ?? Task.CompletedTask);
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await database.DisposeAsync();
            throw;
        }
    }

    public static void AddServices(IServiceCollection services, Settings settings, OpenDatabase database)
    {
        services.AddSingleton(TimeProvider.System).AddSingleton(settings.Proxies).AddSingleton(database.DataSource).AddKeyedSingleton(OpenDatabase.Journal, database.JournalSource).AddSingleton(database.Secrets)
            .AddSingleton<ChangeFeed>().AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddAudit();
        services.AddAccess(settings.Sessions);
        services.AddSingleton<SpaceStore>().AddSingleton<SpaceCollections>();
        services.AddUsers();
        services.AddTeams();
        services.AddSignIn(settings.SignIn, settings.Provider);
        services.AddServiceAccounts(settings.GitHub, settings.TrustedIssuers);
        services.AddOpenIdProvider(settings.Issuer);
        services.AddTokenExchange(settings.TokenExchange);
        services.AddApiDocument();
        services.AddEnvironments();
        services.AddLifecycles();
        services.AddProjectGroups();
        services.AddTagSets();
        services.AddProjects();
        services.AddTenants();
        services.AddAccounts();
        services.AddCloudLogins(settings.Clouds);
        services.AddMachines();
        services.AddChannels();
        services.AddFeeds();
        services.AddPackages(settings.Packages);
        services.AddBuildInformation();
        services.AddVariables();
        services.AddReleases();
        services.AddServerTasks(settings.Tasks);
        services.AddScripts(settings.Scripts, settings.Database);
        services.AddExecutionAccounts();
        services.AddArtifacts();
        services.AddExecutions();
        services.AddRunbooks();
        services.AddAccountTokens();
        services.AddDeployments();
        services.AddAccountTests();
        services.AddHealthChecks(settings.HealthChecks);
        services.AddPortal();
        services.AddTelemetry(settings.Telemetry);
        services.AddSingleton<AppliedSettings>().AddSingleton<FirstAdministrator>().AddSingleton<FirstStart>();
    }

    /// <summary>What a database must hold before it is worked with, by this server or by a verb.</summary>
    public static async Task PrepareAsync(IServiceProvider services, AdminOptions admin, CancellationToken cancel)
    {
        await services.GetRequiredService<FirstStart>().RunAsync(admin, cancel);
        await services.GetRequiredService<SigningKeyRotation>().EnsureAsync(cancel);
    }

    private static void UseAndMap(WebApplication app, OpenDatabase database)
    {
        app.UseCorrelationId();
        app.UseTrustedProxies();
        app.UseRequestTraces();
        app.UseSingleSlashes();
        // With a routing of its own: making the routes of the whole API takes a server that starts half a second, for which no exchange waits.
        app.MapWhen(OAuthErrors.IsOurs, oauth => oauth
            .UseMiddleware<OAuthErrors>()
            .UseRouting()
            .UseAuthentication()
            .UseAuthorization()
            .UseEndpoints(routes =>
            {
                routes.MapOpenIdProvider();
                routes.MapTokenExchange();
            }));
        app.UseSafeHeaders(app.Services.GetRequiredService<IssuerOptions>().ServerUri);
        // So has the portal: a server that only programs ask does not make its pages.
        app.MapWhen(PortalErrors.IsOurs, portal => portal
            .UseMiddleware<PortalErrors>()
            .UseRouting()
            .UseAuthentication()
            .UseAuthorization()
            .UseSpaces()
            .UseEndpoints(routes => routes.MapPortal()));
        app.UseMiddleware<ApiErrors>();
        app.UseDefaultSpace();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseSpaces();

        app.MapServer(database.InstallationId);
        app.MapOwnIssuer();
        app.MapIssuers();
        app.MapAccessTokens();
        app.MapIdentityTest();
        app.MapSpaces();
        app.MapUsers();
        app.MapTeams();
        app.MapAccess();
        app.MapSignIn();
        app.MapEvents();
        app.MapApiDocument();
        app.MapServiceAccounts();
        app.MapEnvironments();
        app.MapLifecycles();
        app.MapProjectGroups();
        app.MapTagSets();
        app.MapProjects();
        app.MapTenants();
        app.MapAccounts();
        app.MapMachines();
        app.MapChannels();
        app.MapFeeds();
        app.MapPackages();
        app.MapBuildInformation();
        app.MapVariables();
        app.MapReleases();
        app.MapServerTasks();
        app.MapArtifacts();
        app.MapRunbooks();
        app.MapAccountTokens();
        app.MapDeployments();
        app.MapMetrics();
    }
}
