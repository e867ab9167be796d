using Dapper;
using OctoLogin.Tests.Portal;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Row F4 of docs/threats.md: ids of others in addresses and in forms, and fields that no form has. What must not be done is shown to be possible where it may be.</summary>
[Collection(PortalThingsCollection.Name)]
public sealed class PortalFormAttackTests(PortalThings made)
{
    private readonly ServerFixture server = made.Server;

    /// <summary>Also of an administrator, who may see both: what is not of the space is not there.</summary>
    [Fact]
    public async Task F4_ids_of_one_space_below_the_address_of_another()
    {
        var space = await server.AddSpaceAsync();
        var manager = await server.AddCallerAsync($"userroles-spacemanager@{space}");
        var (forms, events) = (await made.FormsAsync(), await made.CountEventsAsync());
        string There(string path) => path.Replace("/app/spaces/default/", $"/app/spaces/{space}/", StringComparison.Ordinal);
        var routes = made.Routes.Where(route => route.Pattern.StartsWith("/app/spaces/{space}/", StringComparison.Ordinal) && NamesAThing(route.Pattern)).ToList();
        routes.Count.ShouldBeGreaterThan(30);
        var open = new List<string>();
        foreach (var key in (string[])[manager.ApiKey, ServerFixture.AdminApiKey])
        {
            using var client = new PortalClient(server.Url, key);
            var page = await client.GetAsync("/app/spaces");
            foreach (var route in routes)
            {
                using var answer = await client.Http.GetAsync(There(made.PathOf(route)));
                Note(open, $"GET {answer.RequestMessage!.RequestUri}", (int)answer.StatusCode);
                foreach (var form in forms.Where(form => form.Pattern == route.Pattern))
                {
                    Note(open, $"POST {There(form.Url)}", (await client.ForgeAsync(page, There(form.Url), [.. form.Fields])).Status);
                }
            }
        }
        open.ShouldBeEmpty(string.Join("\n", open));
        (await made.CountEventsAsync()).ShouldBe(events, "something was changed");
    }

    [Fact]
    public async Task F4_things_of_one_space_in_the_forms_of_another()
    {
        var space = await server.AddSpaceAsync();
        var (api, url) = ($"/api/{space}", $"/app/spaces/{space}");
        var manager = await server.AddCallerAsync($"userroles-spacemanager@{space}");
        using var client = new PortalClient(server.Url, manager.ApiKey);
        var page = await client.GetAsync("/app/spaces");
        var own = (
            Environment: (await server.AddEnvironmentAsync(space: api)).Id, Project: (await server.AddProjectAsync(space: api)).Id, Group: (await server.Admin.SeeAsync($"{api}/projectgroups/default")).Id,
            Lifecycle: (await server.Admin.SeeAsync($"{api}/lifecycles/default")).Id, Team: (await server.Admin.MakeAsync("/api/teams", new { Name = Tenancy.Unique("team"), SpaceId = space })).Id);
        (string Path, string Own, string Others, (string, string)[] Fields)[] rows =
        [
            ($"{url}/accounts/new/Token", own.Environment, made.First("environments"), [("Input.Name", "Account"), ("Input.Token", "secret"), ("Input.TenantedDeploymentParticipation", "Untenanted"), ("Input.EnvironmentIds", "ID")]),
            ($"{url}/targets/new", own.Environment, made.First("environments"),
                [("Input.Name", "Target"), ("Input.Roles", "web"), ("Input.TenantedDeploymentParticipation", "Untenanted"), ("Input.Endpoint", """{"CommunicationStyle":"None"}"""), ("Input.EnvironmentIds", "ID")]),
            ($"{url}/projects/new", own.Group, made.First("project-groups"), [("Input.Name", "By group"), ("Input.LifecycleId", own.Lifecycle), ("Input.TenantedDeploymentMode", "TenantedOrUntenanted"), ("Input.ProjectGroupId", "ID")]),
            ($"{url}/projects/new", own.Lifecycle, made.First("lifecycles"), [("Input.Name", "By lifecycle"), ("Input.ProjectGroupId", own.Group), ("Input.TenantedDeploymentMode", "TenantedOrUntenanted"), ("Input.LifecycleId", "ID")]),
            ($"{url}/tenants/new", "", made.First("projects"), [("Input.Name", "Tenant"), ("Input.AddProject", "ID")]),
            ($"{url}/lifecycles/new", own.Environment, made.First("environments"), [("Input.Text", """{"Name":"Lifecycle","Phases":[{"Name":"All","OptionalDeploymentTargets":["ID"]}]}""")]),
            ($"{url}/projects/{own.Project}/channels/new", own.Lifecycle, made.First("lifecycles"), [("Input.Text", """{"Name":"Channel","LifecycleId":"ID"}""")]),
            ($"/app/teams/{own.Team}/roles/new", space, "Spaces-1", [("role", "userroles-projectviewer"), ("space", "ID")]),
            ($"/app/teams/{own.Team}/roles/new", own.Environment, made.First("environments"), [("role", "userroles-projectdeployer"), ("space", space), ("Input.EnvironmentIds", "ID")]),
        ];
        foreach (var row in rows)
        {
            var events = await made.CountEventsAsync();
            var refused = await client.ForgeAsync(page, row.Path, Naming(row.Others, row.Fields));
            refused.Status.ShouldBeOneOf([400, 403, 404], $"{row.Path} {row.Others}: {refused.Text}");
            (await made.CountEventsAsync()).ShouldBe(events, row.Path);
            var taken = await client.ForgeAsync(page, row.Path, Naming(row.Own, row.Fields));
            taken.Status.ShouldBe(302, $"{row.Path} {row.Own}: {taken.Text}");
        }
        // The address says whose channel it is, whatever the text says.
        (await client.ForgeAsync(page, $"{url}/projects/{own.Project}/channels/new", ("Input.Text", $$"""{"Name":"Whose","ProjectId":"{{made.First("projects")}}"}"""))).Status.ShouldBe(302);
        (await CountAsync("channels", "name = 'Whose' and project_id = @Project and space_id = @space", new { own.Project, space })).ShouldBe(1);
    }

    /// <summary>Somebody who may change an account or a team names beside its address what another has.</summary>
    [Fact]
    public async Task F4_what_another_account_team_or_project_has_below_the_address_of_ones_own()
    {
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        var (person, account, team) = (await server.AddPersonAsync(), (await server.AddServiceAccountAsync()).Id, await server.AddTeamAsync([]));
        var admin = (await server.Admin.SeeAsync("/api/users/me")).Id;
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var session = await connection.QueryFirstAsync<string>("select id from sessions where user_id = @admin", new { admin });
        var key = await connection.QueryFirstAsync<string>("select id from api_keys where user_id = @admin", new { admin });
        var purpose = await connection.QueryFirstAsync<string>("select purpose from api_keys where id = @key", new { key });
        var (identity, scoped, space) = ($"/app/service-accounts/{account}/identities/{made.First("identities")}", $"/app/teams/{team}/roles/{made.First("scoped")}", "/app/spaces/default");
        var project = await server.AddProjectAsync();
        (string Key, string Path, (string, string)[] Fields)[] rows =
        [
            (manager.ApiKey, $"/app/users/{person}?handler=EndSession", [("session", session)]),
            (manager.ApiKey, $"/app/users/{person}/api-keys/{key}/delete?handler=Delete", [("confirm", purpose)]),
            (manager.ApiKey, $"/app/service-accounts/{account}/api-keys/{key}/delete?handler=Delete", [("confirm", purpose)]),
            (manager.ApiKey, $"/app/users/{person}?handler=Unlink", [("identity", made.First("links"))]),
            (manager.ApiKey, "/app/me?handler=EndSession", [("session", session)]),
            (manager.ApiKey, $"/app/me/api-keys/{key}/delete?handler=Delete", [("confirm", purpose)]),
            (manager.ApiKey, identity, [("Input.Name", "mine"), ("Input.Issuer", "https://evil.example.com"), ("Input.Subject", "*"), ("Input.Minutes", "60")]),
            (manager.ApiKey, $"{identity}?handler=EndTokens", []),
            (manager.ApiKey, $"{identity}?handler=Delete", [("confirm", "identity 0")]),
            (manager.ApiKey, scoped, [("role", "userroles-projectviewer"), ("space", "Spaces-1")]),
            (manager.ApiKey, $"/app/teams/{team}?handler=RemoveRole", [("role", made.First("scoped"))]),
            (ServerFixture.AdminApiKey, $"{space}/projects/{project.Id}/channels/{made.First("channels")}", [("Input.Text", """{"Name":"mine"}""")]),
            (ServerFixture.AdminApiKey, $"{space}/projects/{project.Id}/channels/{made.First("channels")}?handler=Delete", [("confirm", "Channel 0")]),
        ];
        var events = await made.CountEventsAsync();
        foreach (var (who, path, fields) in rows)
        {
            using var client = new PortalClient(server.Url, who);
            var answer = await client.ForgeAsync(await client.GetAsync("/app/spaces"), path, fields);
            answer.Status.ShouldBe(404, $"{path}: {answer.Text}");
            if (!path.Contains('?'))
            {
                await client.GetAsync(path, 404);
            }
        }
        (await made.CountEventsAsync()).ShouldBe(events, "something was changed");
        using var looking = new PortalClient(server.Url, ServerFixture.AdminApiKey);
        await looking.GetAsync($"{space}/accounts/{made.First("accounts")}?test={made.First("tasks")}", 404);
    }

    /// <summary>Mass assignment, OWASP API3:2023: of what is sent a form takes its own fields, and of whom it is the address alone says.</summary>
    [Fact]
    public async Task F4_fields_that_no_form_has()
    {
        var manager = await server.AddCallerAsync("userroles-systemmanager", "userroles-spacemanager@Spaces-1");
        using var client = new PortalClient(server.Url, manager.ApiKey);
        var page = await client.GetAsync("/app/spaces");
        async Task SendAsync(string path, params (string, string)[] fields)
        {
            var answer = await client.ForgeAsync(page, path, fields);
            answer.Status.ShouldBeOneOf([200, 302], $"{path}: {answer.Text}");
        }
        var (person, account, other, team) = (await server.AddPersonAsync(), (await server.AddServiceAccountAsync()).Id, await server.AddPersonAsync(), await server.AddTeamAsync([]));
        var name = Tenancy.Unique("new");

        await SendAsync("/app/users/new", ("Input.Username", name), ("Input.IsService", "true"), ("Input.IsActive", "false"), ("Input.Id", other), ("Id", other), ("IsService", "true"));
        await OneAsync("users", "username = @name and not is_service and is_active and id <> @other", new { name, other });
        await SendAsync($"/app/users/{person}", ("Input.Username", $"{name} changed"), ("Input.IsService", "true"), ("Input.IsActive", "false"), ("Input.Password", SignedIn.Password),
            ("Input.Id", other), ("Id", other), ("Person.Id", other), ("Person.IsService", "true"), ("Input.ExternalId", Guid.NewGuid().ToString()));
        await OneAsync("users", "username = @changed and id = @person and not is_service and is_active and password_hash is null", new { changed = $"{name} changed", person });
        await SendAsync("/app/service-accounts/new", ("Input.Username", $"{name} robot"), ("Input.IsService", "false"), ("Input.Password", SignedIn.Password), ("Input.EmailAddress", "robot@example.com"));
        await OneAsync("users", "username = @robot and is_service and password_hash is null and email_address is null", new { robot = $"{name} robot" });
        await SendAsync($"/app/service-accounts/{account}/edit", ("Input.Username", $"{name} renamed"), ("Input.IsActive", "false"), ("Input.IsService", "false"), ("Id", other), ("Account.Id", other));
        await OneAsync("users", "username = @renamed and id = @account and is_service and is_active", new { renamed = $"{name} renamed", account });

        (string, string)[] more = [("Input.MemberUserIds", manager.Id), ("Input.MemberUserIds[0]", manager.Id), ("Input.ExternalSecurityGroups[0].Id", "everybody"), ("Id", People.Administrators), ("Team.Id", People.Administrators)];
        await SendAsync("/app/teams/new", [("Input.Name", name), ("Input.Id", "teams-mine"), .. more]);
        await OneAsync("teams", "name = @name and id <> 'teams-mine' and external_security_groups = '[]' and not exists (select from team_members m where m.team_id = teams.id)", new { name });
        await SendAsync($"/app/teams/{team}", [("Input.Name", $"{name} changed"), ("Input.SpaceId", "Spaces-1"), ("Input.CanBeDeleted", "false"), .. more]);
        await OneAsync("teams", "name = @changed and id = @team and space_id is null and can_be_deleted and external_security_groups = '[]' and not exists (select from team_members m where m.team_id = teams.id)", new { changed = $"{name} changed", team });
        (await CountAsync("team_members", "team_id = @Administrators and user_id = @Id", new { People.Administrators, manager.Id })).ShouldBe(0);
        // Which role it is, and where, was said when it was given.
        var given = await server.GiveRoleAsync(team, "userroles-projectviewer", "Spaces-1");
        await SendAsync($"/app/teams/{team}/roles/{given}", ("role", "userroles-spacemanager"), ("space", made.First("spaces")), ("Input.UserRoleId", "userroles-spacemanager"), ("Input.SpaceId", made.First("spaces")), ("Scoped", made.First("scoped")));
        await OneAsync("scoped_user_roles", "id = @given and team_id = @team and user_role_id = 'userroles-projectviewer' and space_id = 'Spaces-1'", new { given, team });

        await SendAsync("/app/me/api-keys/new", ("Input.Purpose", name), ("Input.Expires", "30"), ("Input.UserId", other), ("Id", other), ("UserId", other));
        await OneAsync("api_keys", "purpose = @name and user_id = @Id", new { name, manager.Id });
        await SendAsync("/app/spaces/default/accounts/new/Token", ("Input.Name", name), ("Input.Token", "secret"), ("Input.TenantedDeploymentParticipation", "Untenanted"), ("Input.AccountType", "UsernamePassword"),
            ("Type", "UsernamePassword"), ("Input.SpaceId", made.First("spaces")), ("Input.Id", made.First("accounts")));
        await OneAsync("accounts", "name = @name and account_type = 'Token' and space_id = 'Spaces-1' and id <> @known", new { name, known = made.First("accounts") });
        await SendAsync("/app/spaces/default/lifecycles/new", ("Input.Text", $$"""{"Id":"{{made.First("lifecycles")}}","Name":"{{name}}"}"""), ("Id", made.First("lifecycles")), ("Present.Id", made.First("lifecycles")));
        await OneAsync("lifecycles", "name = @name and space_id = 'Spaces-1' and id <> @known", new { name, known = made.First("lifecycles") });
    }

    private static (string, string)[] Naming(string id, (string Name, string Value)[] fields) => [.. fields.Select(field => (field.Name, field.Value.Replace("ID", id, StringComparison.Ordinal)))];

    private static bool NamesAThing(string pattern) => pattern.Replace("{space}", "", StringComparison.Ordinal).Replace("{type?}", "", StringComparison.Ordinal).Contains('{') || pattern.EndsWith("/packages/versions", StringComparison.Ordinal);

    private static void Note(List<string> open, string what, int status)
    {
        if (status != 404)
        {
            open.Add($"{what}: {status}");
        }
    }

    private async Task OneAsync(string table, string where, object values) => (await CountAsync(table, where, values)).ShouldBe(1, $"{table} where {where}");

    private async Task<long> CountAsync(string table, string where, object values)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table} where {where}", values);
    }
}
