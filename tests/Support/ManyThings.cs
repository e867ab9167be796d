using System.Text.RegularExpressions;
using Dapper;

namespace OctoLogin.Tests.Support;

/// <summary>
/// Some of everything that lists show, and many below the first of each kind: identities of one account, members of one team, releases
/// of one project. Its server runs no tasks, so all that is queued stays.
/// </summary>
public sealed partial class ManyThings(ServerFixture server)
{
    /// <summary>Parameters that are no thing of a list, by name.</summary>
    private static readonly Dictionary<string, string> Words = new() { ["space"] = "default", ["version"] = "1.0.0" };

    private readonly Dictionary<string, string> first = new(StringComparer.OrdinalIgnoreCase);
    private int made;

    /// <summary>The first thing of a kind, by the word of the path before it (<c>service-accounts</c>, <c>teams</c>) or by its parameter's name; null: not known here.</summary>
    public string? First(string kind) => first.GetValueOrDefault(kind);

    /// <summary>An address of the server with the first of every kind in its parameters.</summary>
    /// <param name="unknown">Told of each parameter that there is nothing for.</param>
    public string PathOf(string pattern, ICollection<string> unknown) => Parameter().Replace(pattern, match =>
    {
        var before = pattern[..match.Index].Split('/', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(part => !part.StartsWith('{')) ?? "";
        var value = Words.GetValueOrDefault(match.Groups[1].Value) ?? First(match.Groups[1].Value) ?? First(before);
        if (value is null && !match.Value.Contains('?'))
        {
            unknown.Add($"{pattern}: there is nothing for {match.Value}; have ManyThings note one as '{before}'");
        }
        return value ?? "";
    }).TrimEnd('/');

    public async Task AddAsync(int count)
    {
        var (from, until) = (made, made + count);
        made = until;
        await EachAsync(from, until, AddSharedAsync);
        await EachAsync(from, until, AddPeopleAsync, AddDeploymentsAsync);
        await AddMembersAsync();
        await AddEventsAsync(count);
    }

    private static async Task EachAsync(int from, int until, params Func<int, Task>[] adds) => await Task.WhenAll(adds.Select(async add =>
    {
        for (var i = from; i < until; i++)
        {
            await add(i);
        }
    }));

    private async Task AddSharedAsync(int i)
    {
        Note("spaces", await server.AddSpaceAsync());
        Note("environments", await server.PlaceAsync($"Environment {i}"));
        Note("project-groups", (await server.Admin.MakeAsync($"{Api.Space}/projectgroups", new { Name = $"Group {i}" })).Id);
        Note("lifecycles", (await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new { Name = $"Lifecycle {i}" })).Id);
        Note("tag-sets", (await server.AddTagSetAsync($"Tags {i}", "one", "two")).Id);
        Note("feeds", (await server.Admin.MakeAsync($"{Api.Space}/feeds", new { Name = $"Feed {i}", FeedType = "Docker", FeedUri = "https://registry.example.com" })).Id);
        Note("packages", (await server.MakePackageAsync($"Acme.Web{i}.1.0.0.zip")).Id);
        Note("targets", (await server.AddMachineAsync([First("environments")!], $"Target {i}")).Id);
        Note("accounts", (await server.Admin.MakeAsync($"{Api.Space}/accounts", new { Name = $"Account {i}", AccountType = "GenericOidcAccount", EnvironmentIds = new[] { First("environments") } })).Id);
        Note("projects", (await server.AddTenantedProjectAsync($"Project {i}")).Id);
        Note("tenants", (await server.AddTenantAsync($"Tenant {i}", projects: new Dictionary<string, string[]> { [First("projects")!] = [First("environments")!] })).Id);
    }

    private async Task AddPeopleAsync(int i)
    {
        var account = await server.AddServiceAccountAsync($"ci-{i}");
        Note("service-accounts", account.Id);
        Note("identities", (await server.AddIdentityAsync(First("service-accounts")!, new { Name = $"identity {i}", Issuer = $"https://ci{i}.example.com", Subject = $"job:{i}:*" })).GetProperty("Id").GetString()!);
        Note("issuers", OctoLogin.TokenExchange.IssuerSettings.IdOf($"https://ci{i}.example.com"));
        Note("users", await server.AddPersonAsync($"person-{i}"));
        Note("roles", await server.AddRoleAsync(["EventView"]));
        Note("teams", await server.AddTeamAsync([account.Id], $"{First("roles")}@Spaces-1"));
        await server.AddKeyAsync(First("service-accounts")!);
        Note("scoped", await server.GiveRoleAsync(First("teams")!, await server.AddRoleAsync(["TeamView"]), "Spaces-1"));
    }

    private async Task AddDeploymentsAsync(int i)
    {
        var project = First("projects")!;
        if (i == 0)
        {
            await server.SetProcessAsync(project, Api.Step("Step"));
        }
        Note("channels", (await server.Admin.MakeAsync($"{Api.Space}/projects/{project}/channels", new { Name = $"Channel {i}" })).Id);
        Note("releases", (await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project, ReleaseVersion = $"1.0.{i}" }))["ReleaseId"]);
        var deployment = await server.Admin.MakeAsync(Deploying.Untenanted, new { ProjectName = project, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { First("environments") } });
        Note("deployments", deployment.Deployments()[0]);
        Note("tasks", deployment.Tasks()[0]);
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project}/runbooks", new { Name = $"Runbook {i}" });
        Note("runbooks", runbook.Id);
        if (i == 0)
        {
            Note("snapshots", (await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots?publish=true", new { RunbookId = First("runbooks"), Name = "first" })).Id);
        }
        var run = await server.Admin.MakeAsync($"{Api.Space}/runbook-runs/create/v1", new { ProjectName = project, RunbookName = First("runbooks"), EnvironmentNames = new[] { First("environments") } });
        Note("runbook-runs", run.Json.GetProperty("RunbookRunServerTasks")[0].GetProperty("RunbookRunId").GetString()!);
        Note("runbook-runs", First("runs")!);
    }

    private async Task AddMembersAsync()
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into team_members (team_id, user_id) select @team, id from users where username like 'person-%' or username like 'ci-%' on conflict do nothing", new { team = First("teams") });
    }

    /// <summary>Refused logins of the first account, and sessions and API keys of people.</summary>
    private async Task AddEventsAsync(int count)
    {
        var audience = (await server.Admin.SeeAsync($"/api/serviceaccounts/{First("service-accounts")}/oidcidentities/v1"))["ExternalId"];
        for (var i = 0; i < count; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(400);
        }
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into sessions (secret_hash, user_id, signed_in_with, created_at, last_seen_at, expires_at)
            select uuid_send(gen_random_uuid()), u.id, 'password', now(), now(), now() + interval '1 day' from generate_series(1, @count), users u where u.username = 'admin' or u.id = @user;
            insert into api_keys (user_id, purpose, key_hash, hint, created_at) select @user, 'laptop ' || i, uuid_send(gen_random_uuid()), 'API-ABC…', now() from generate_series(1, @count) i
            """, new { count, user = First("users") });
        Note("refusals", await connection.ExecuteScalarAsync<string>("select 'Events-' || number from audit_events where category = 'TokenRefused' order by number limit 1") ?? "");
        Note("audit", First("refusals")!);
        Note("api-keys", await connection.ExecuteScalarAsync<string>("select k.id from api_keys k join users u on u.id = k.user_id where u.username = 'admin' limit 1") ?? "");
        Note("userKey", await KeyOfAsync(First("users")!));
        Note("accountKey", await KeyOfAsync(First("service-accounts")!));
        Note("signing-keys", await connection.ExecuteScalarAsync<string>("select kid from signing_keys order by kid limit 1") ?? "");
        Note("sessions", await connection.ExecuteScalarAsync<string>("select id from sessions order by id limit 1") ?? "");

        async Task<string> KeyOfAsync(string user) => await connection.ExecuteScalarAsync<string>("select id from api_keys where user_id = @user order by id limit 1", new { user }) ?? "";
    }

    private void Note(string kind, string id) => first.TryAdd(kind, id);

    [GeneratedRegex(@"\{\*{0,2}([^}:?*=]+)[^}]*\}")]
    private static partial Regex Parameter();
}
