using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>One thing of a kind.</summary>
/// <param name="Values">What goes into the path's parameters, in their order.</param>
/// <param name="Body">What a body names, where that is not in the place.</param>
/// <param name="Own">The caller's own.</param>
/// <param name="InEverySpace">Each space has one of the same name.</param>
public sealed record RouteThing(string Name, Place Place, string[] Values, string? Body = null, bool Own = false, bool InEverySpace = false);

/// <summary>
/// A server with two of everything: projects A and B, environments E and F, tenants T and U, what belongs to them, and another space. It runs
/// no tasks, so all that is queued stays.
/// </summary>
public sealed class RouteThings : IAsyncLifetime
{
    public const string Here = "Spaces-1";
    public const string Me = "(me)", MyKey = "(my key)";
    private const string Issuer = "https://ci.routes.test";

    private readonly Dictionary<string, RouteThing[]> things = [];

    public ServerFixture Server { get; } = new();
    public string Elsewhere { get; private set; } = "";
    public string ProjectA { get; private set; } = "";
    public string ProjectB { get; private set; } = "";
    public string EnvironmentE { get; private set; } = "";
    public string EnvironmentF { get; private set; } = "";
    public string TenantT { get; private set; } = "";
    public string TenantU { get; private set; } = "";
    public string Account { get; private set; } = "";
    public string Team { get; private set; } = "";

    public RouteThing[] this[string kind] => things[kind];

    public async ValueTask InitializeAsync()
    {
        Server.Settings["Tasks:Worker"] = "false";
        // Tens of thousands of calls: what each writes at the level of tests would take longer than they do.
        Server.AlsoReplace = services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        await Server.AddIssuerAsync(Issuer);
        await Server.InitializeAsync();
        Elsewhere = await Server.AddSpaceAsync();
        (EnvironmentE, EnvironmentF) = (await Server.PlaceAsync("E"), await Server.PlaceAsync("F"));
        (ProjectA, ProjectB) = ((await Server.AddTenantedProjectAsync("A")).Id, (await Server.AddTenantedProjectAsync("B")).Id);
        var connected = new Dictionary<string, string[]> { [ProjectA] = [EnvironmentE, EnvironmentF], [ProjectB] = [EnvironmentE] };
        (TenantT, TenantU) = ((await Server.AddTenantAsync("T", projects: connected)).Id, (await Server.AddTenantAsync("U", projects: connected)).Id);
        things["space"] = [new("the space", new(Here), [])];
        things["server"] = [new("the server", new(), [])];
        things["the space"] = [new("the space", new(Here), [Here])];
        things["environment"] = [OfEnvironment("E", EnvironmentE), OfEnvironment("F", EnvironmentF)];
        things["tenant"] = [new("T", new(Here, Tenant: TenantT), [TenantT]), new("U", new(Here, Tenant: TenantU), [TenantU])];
        foreach (var add in (Func<Task>[])[AddSharedAsync, AddOfProjectsAsync, AddExecutionsAsync, AddTargetsAsync, AddTeamsAsync, AddAccountsAsync])
        {
            await add();
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static Place In(string project, string environment, string? tenant = null) => new(Here, project, environment, tenant);

    /// <summary>Something like it that may be deleted; null: it cannot be deleted, because it is in use or built in.</summary>
    public async Task<string?> MakeAnotherAsync(string kind, RouteThing thing, RouteCaller caller)
    {
        var name = Tenancy.Unique(kind.Replace(' ', '-'));
        return kind switch
        {
            "tag set" => (await Server.AddTagSetAsync(name, "one")).Id,
            "target" => await TargetAsync(name, thing.Place),
            "registry feed" => await RegistryFeedAsync(name),
            "cloud account" => await CloudAccountAsync(name, thing.Place),
            "channel" => (await Server.Admin.MakeAsync($"{Api.Space}/projects/{thing.Place.Project}/channels", new { Name = name })).Id,
            "package" => (await Server.MakePackageAsync($"{name.Replace(' ', '.')}.1.0.0.zip")).Id,
            "build information" => (await BuildAsync(name)).Id,
            "release" => (await Server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = thing.Place.Project }))["ReleaseId"],
            "runbook" or "runbook of its project" => (await Server.Admin.MakeAsync($"{Api.Space}/projects/{thing.Place.Project}/runbooks", new { Name = name })).Id,
            "artifact" => await ArtifactAsync(thing.Body!),
            "account" => (await Server.AddServiceAccountAsync()).Id,
            "identity" => (await IdentityAsync(Account)).GetProperty("Id").GetString(),
            "session" => await SessionAsync(thing.Own ? caller.UserId : Account),
            "external identity" => await ExternalIdentityAsync(),
            "API key" => await KeyAsync(thing.Own ? caller.UserId : Account),
            "team" => (await Server.Admin.MakeAsync("/api/teams", new { Name = name, SpaceId = thing.Place.Space })).Id,
            "scoped role" or "scoped role here" => await ScopedRoleAsync(Team, thing.Place.Space!),
            "scoped role of its team" => await ScopedRoleAsync(thing.Values[0], thing.Place.Space!),
            _ => null,
        };
    }

    public async Task<string> KeyAsync(string userId) => (await Server.Admin.MakeAsync($"/api/users/{userId}/apikeys", new { Purpose = "routes" })).Id;

    private static RouteThing OfEnvironment(string name, string id) => new(name, new(Here, Environment: id), [id]);

    private static RouteThing OfSpace(string name, params string[] values) => new(name, new(Here), values);

    private RouteThing[] OfProjects(string[] ofA, string[] ofB, string? bodyA = null, string? bodyB = null) =>
        [new("A's", new(Here, ProjectA), ofA, bodyA), new("B's", new(Here, ProjectB), ofB, bodyB)];

    private async Task AddSharedAsync()
    {
        things["lifecycle"] = [OfSpace("a lifecycle", (await Server.Admin.SeeAsync($"{Api.Space}/lifecycles/default")).Id)];
        things["project group"] = [OfSpace("a project group", (await Server.Admin.SeeAsync($"{Api.Space}/projectgroups/default")).Id)];
        things["tag set"] = [OfSpace("a tag set", (await Server.AddTagSetAsync("Ring", "one", "two")).Id)];
        things["feed"] = [OfSpace("the built-in feed", "feeds-builtin") with { InEverySpace = true }];
        things["registry feed"] = [OfSpace("a registry's feed", await RegistryFeedAsync("Images"))];
        things["package"] = [OfSpace("a package", (await Server.MakePackageAsync("Acme.Web.1.0.0.zip")).Id)];
        things["build information"] = [OfSpace("build information", (await BuildAsync("Acme.Web")).Id)];
    }

    private async Task AddOfProjectsAsync()
    {
        var (a, b) = (await PartsAsync(ProjectA), await PartsAsync(ProjectB));
        things["project"] = OfProjects([ProjectA], [ProjectB], a.Runbook, b.Runbook);
        foreach (var (kind, part) in (IEnumerable<(string, Func<Parts, string>)>)
            [("process", of => of.Process), ("variable set", of => of.Variables), ("channel", of => of.Channel), ("release", of => of.Release),
            ("runbook", of => of.Runbook), ("runbook process", of => of.RunbookProcess), ("snapshot", of => of.Snapshot)])
        {
            things[kind] = OfProjects([part(a)], [part(b)], part(a), part(b));
            things[$"{kind} of its project"] = OfProjects([ProjectA, part(a)], [ProjectB, part(b)]);
        }
        things["release of its project"] = OfProjects([ProjectA, "1.0.0"], [ProjectB, "1.0.0"]);
    }

    private async Task<Parts> PartsAsync(string project)
    {
        var process = await Server.SetProcessAsync(project, Api.Step("Step"));
        var variables = await Server.Admin.SeeAsync($"{Api.Space}/projects/{project}/variables");
        var channel = (await Server.Admin.SeeAsync($"{Api.Space}/projects/{project}/channels")).Names("Id").Single();
        var release = await Server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project, ReleaseVersion = "1.0.0" });
        var runbook = await Server.Admin.MakeAsync($"{Api.Space}/projects/{project}/runbooks", new { Name = "Restart", MultiTenancyMode = "TenantedOrUntenanted" });
        var snapshot = await Server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots?publish=true", new { RunbookId = runbook.Id, Name = "first" });
        return new(process.Id, variables.Id, channel, release["ReleaseId"], runbook.Id, runbook["RunbookProcessId"], snapshot.Id);
    }

    private async Task AddExecutionsAsync()
    {
        RouteThing[] untenanted = [new("A in E", In(ProjectA, EnvironmentE), []), new("A in F", In(ProjectA, EnvironmentF), []), new("B in E", In(ProjectB, EnvironmentE), [])];
        RouteThing[] tenanted = [new("A in E for T", In(ProjectA, EnvironmentE, TenantT), []), new("A in E for U", In(ProjectA, EnvironmentE, TenantU), []), new("A in F for T", In(ProjectA, EnvironmentF, TenantT), [])];
        (things["place"], things["place of a tenant"]) = (untenanted, tenanted);
        var (deployments, tasks, runs) = (new List<RouteThing>(), new List<RouteThing>(), new List<RouteThing>());
        foreach (var place in untenanted.Concat(tenanted))
        {
            var (project, environment, tenant) = (place.Place.Project, place.Place.Environment, place.Place.Tenant);
            string[]? tenants = tenant is null ? null : [tenant];
            var deploy = new { ProjectName = project, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { environment }, Tenants = tenants };
            var path = tenant is null ? Deploying.Untenanted : Deploying.Tenanted;
            deployments.Add(place with { Values = (await Server.Admin.MakeAsync(path, deploy)).Deployments() });
            // Another one: a task that somebody has cancelled no longer keeps its deployment from being deleted.
            tasks.Add(place with { Values = (await Server.Admin.MakeAsync(path, deploy)).Tasks() });
            var run = await Server.Admin.MakeAsync($"{Api.Space}/runbook-runs/create/v1", new { ProjectName = project, RunbookName = "Restart", EnvironmentNames = new[] { environment }, Tenants = tenants });
            runs.Add(place with { Values = [run.Json.GetProperty("RunbookRunServerTasks")[0].GetProperty("RunbookRunId").GetString()!] });
        }
        (things["deployment"], things["task"], things["run"]) = ([.. deployments], [.. tasks], [.. runs]);
        var artifacts = new List<RouteThing>();
        foreach (var task in tasks)
        {
            artifacts.Add(task with { Body = task.Values[0], Values = [await ArtifactAsync(task.Values[0])] });
        }
        things["artifact"] = [.. artifacts];
    }

    /// <summary>As a node keeps one of a task that it runs; here nothing runs.</summary>
    private async Task<string> ArtifactAsync(string task)
    {
        await using var command = Server.Database.DataSource.CreateCommand(
            """
            with content as (insert into package_contents (state, started_at) values ('Published', now()) returning number)
            insert into artifacts (space_id, task_id, filename, source, log_correlation_id, size_bytes, sha256, content_number, created)
            select t.space_id, t.id, 'a.txt', 'Step', t.id || '/1', 0, '', content.number, now() from server_tasks t, content where t.id = $1 returning id
            """);
        command.Parameters.Add(new() { Value = task });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task AddTargetsAsync()
    {
        var targets = new List<RouteThing>();
        foreach (var (name, environment, tenant) in new[] { ("in E", EnvironmentE, null), ("in F", EnvironmentF, null), ("in E for T", EnvironmentE, TenantT), ("in F for U", EnvironmentF, TenantU) })
        {
            var place = new Place(Here, Environment: environment, Tenant: tenant);
            targets.Add(new(name, place, [await TargetAsync(name, place)]));
        }
        things["target"] = [.. targets];
        things["cloud account"] = [.. await Task.WhenAll(targets.Select(async target => target with { Values = [await CloudAccountAsync(target.Name, target.Place)] }))];
    }

    private async Task<string> CloudAccountAsync(string name, Place place) => (await Server.Admin.MakeAsync($"{Api.Space}/accounts", CloudAccount(name, place))).Id;

    /// <summary>Where a target would be.</summary>
    public static object CloudAccount(string name, Place place) => new
    {
        Name = name, AccountType = "GenericOidcAccount", EnvironmentIds = new[] { place.Environment }, TenantIds = place.Tenant is null ? [] : new[] { place.Tenant },
        TenantedDeploymentParticipation = place.Tenant is null ? "Untenanted" : "Tenanted",
    };

    private async Task<string> TargetAsync(string name, Place place) => (await Server.Admin.MakeAsync($"{Api.Space}/machines", Target(name, place))).Id;

    /// <summary>In one environment, for one tenant or for none.</summary>
    public static object Target(string name, Place place) => new
    {
        Name = name, EnvironmentIds = new[] { place.Environment }, Roles = new[] { "web" }, TenantIds = place.Tenant is null ? [] : new[] { place.Tenant },
        TenantedDeploymentParticipation = place.Tenant is null ? "Untenanted" : "Tenanted",
    };

    private async Task AddTeamsAsync()
    {
        Team = (await Server.Admin.MakeAsync("/api/teams", new { Name = "of the server" })).Id;
        var ofSpace = (await Server.Admin.MakeAsync("/api/teams", new { Name = "of the space", SpaceId = Here })).Id;
        var (role, ofTeam, there) = (await ScopedRoleAsync(Team, Here), await ScopedRoleAsync(ofSpace, Here), await ScopedRoleAsync(Team, Elsewhere));
        things["team"] = [OfSpace("a team of the space", ofSpace), new("a team of the server", new(), [Team])];
        things["team with roles"] = [OfSpace("a team of the space", ofSpace)];
        things["role"] = [new("a user role", new(), ["userroles-projectviewer"])];
        things["scoped role here"] = [OfSpace("a role of a team", role)];
        things["scoped role"] = [OfSpace("a role of a team", role), new("a role of a team in the other space", new(Elsewhere), [there])];
        things["scoped role of its team"] = [OfSpace("a role of a team", Team, role), OfSpace("a role of a team of the space", ofSpace, ofTeam)];
        var happened = await Server.Admin.SeeAsync($"{Api.Space}/events?take=1");
        things["event"] = [OfSpace("an event", happened.Names("Id").Single())];
        things["one's spaces"] = [OfSpace("the space", Here), new("the other space", new(Elsewhere), [Elsewhere])];
    }

    private async Task AddAccountsAsync()
    {
        Account = (await Server.AddServiceAccountAsync()).Id;
        var identity = (await IdentityAsync(Account)).GetProperty("Id").GetString()!;
        var issuers = await Server.Admin.SeeAsync("/api/issuers?take=100");
        var issuer = issuers.Json.GetProperty("Items").EnumerateArray().Single(item => item.GetProperty("Issuer").GetString() == Issuer).GetProperty("Id").GetString()!;
        things["account"] = [new("a service account", new(), [Account])];
        things["identity"] = [new("an identity", new(), [Account, identity])];
        things["user"] = [new("oneself", new(), [Me], Own: true), new("somebody", new(), [Account])];
        things["API key"] = [new("one's own key", new(), [Me, MyKey], Own: true), new("somebody's key", new(), [Account, await KeyAsync(Account)])];
        things["session"] = [new("one's own session", new(), [Me, "none"], Own: true), new("somebody's session", new(), [Account, await SessionAsync(Account)])];
        things["external identity"] = [new("an external identity", new(), [Account, await ExternalIdentityAsync()])];
        things["issuer"] = [new("an issuer", new(), [issuer])];
        things["access token"] = [new("an access token", new(), [new string('0', 32)])];
    }

    /// <summary>Nobody's cookie: a service account has no other.</summary>
    private async Task<string> SessionAsync(string userId)
    {
        await using var command = Server.Database.DataSource.CreateCommand(
            """
            insert into sessions (secret_hash, user_id, signed_in_with, created_at, last_seen_at, expires_at)
            values (uuid_send(gen_random_uuid()), $1, 'nothing', now(), now(), now() + interval '1 day') returning id
            """);
        command.Parameters.Add(new() { Value = userId });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> ExternalIdentityAsync()
    {
        await using var command = Server.Database.DataSource.CreateCommand(
            """
            insert into external_identities (issuer, subject, user_id, linked_at, last_sign_in_at)
            values (gen_random_uuid()::text, 'somebody', $1, now(), now()) returning id
            """);
        command.Parameters.Add(new() { Value = Account });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> ScopedRoleAsync(string team, string space) =>
        (await Server.Admin.MakeAsync("/api/scopeduserroles", new { UserRoleId = "userroles-projectviewer", TeamId = team, SpaceId = space })).Id;

    private Task<JsonElement> IdentityAsync(string account) =>
        Server.AddIdentityAsync(account, new { Name = Tenancy.Unique("identity"), Issuer, Subject = $"job:{Guid.NewGuid():N}" });

    private async Task<string> RegistryFeedAsync(string name) =>
        (await Server.Admin.MakeAsync($"{Api.Space}/feeds", new { Name = name, FeedType = "Docker", FeedUri = "https://registry.example.com" })).Id;

    private Task<ApiAnswer> BuildAsync(string package) =>
        Server.Admin.MakeAsync($"{Api.Space}/build-information", new { PackageId = package.Replace(' ', '.'), Version = "1.0.0", OctopusBuildInformation = new { BuildNumber = "1", Commits = Array.Empty<object>() } });

    private sealed record Parts(string Process, string Variables, string Channel, string Release, string Runbook, string RunbookProcess, string Snapshot);
}
