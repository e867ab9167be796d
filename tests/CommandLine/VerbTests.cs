using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Each verb without a server: what it prints, in words and as JSON, and what it refuses.</summary>
public sealed class VerbTests(VerbFixture verbs) : IClassFixture<VerbFixture>
{
    [Fact]
    public async Task Makes_lists_disables_and_enables_a_service_account()
    {
        var made = await verbs.JsonAsync("service-account", "create", "builder", "--display-name", "The builder");
        Names(made).ShouldBe(["Id", "Username", "DisplayName", "IsActive", "ExternalId"]);
        Guid.Parse(made.GetProperty("ExternalId").GetString()!).ShouldNotBe(Guid.Empty);
        var listed = (await verbs.JsonAsync("service-account", "list")).GetProperty("Items").EnumerateArray().Single(each => each.GetProperty("Username").GetString() == "builder");
        listed.GetRawText().ShouldContain(made.GetProperty("ExternalId").GetString()!);

        (await verbs.RunAsync("service-account", "disable", "BUILDER")).Output.ShouldStartWith("Service account builder (Users-");
        (await verbs.JsonAsync("service-account", "enable", made.GetProperty("ExternalId").GetString()!)).GetProperty("IsActive").GetBoolean().ShouldBeTrue();
        (await EventsAsync("Service account builder was %")).ShouldBe(["created", "disabled", "enabled"], "enabling what is enabled is no change");
    }

    [Fact]
    public async Task Gives_a_new_service_account_its_role_or_makes_nothing()
    {
        await verbs.JsonAsync("service-account", "create", "deployer", "--role", "build SERVER", "--space", "default");
        await using var connection = await verbs.Database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string>(
            """
            select s.user_role_id || ' ' || s.space_id from users u join team_members m on m.user_id = u.id join scoped_user_roles s on s.team_id = m.team_id
            where u.username = 'deployer'
            """)).ShouldBe(["userroles-buildserver Spaces-1"]);

        await connection.ExecuteAsync("insert into teams (name) values ('nothing')");
        foreach (var (error, args) in new (string, string[])[]
        {
            ("There is no user role 'Bilder'; there are: Build server, ", ["--role", "Bilder"]),
            ("There is no space 'moon'; there are: Default.", ["--role", "Build server", "--space", "moon"]),
            ("There is no project 'rocket' in that space.", ["--role", "Build server", "--project", "rocket"]),
            ("", ["--role", "Build server"]),
        })
        {
            var refused = await verbs.RunAsync(["service-account", "create", "nothing", .. args]);
            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldStartWith(error);
        }
        (await connection.ExecuteScalarAsync<long>("select count(*) from users where username = 'nothing'")).ShouldBe(0);
        (await verbs.RunAsync("service-account", "create", "nothing", "--space", "Default")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Audits_what_was_done_as_done_on_the_command_line()
    {
        await verbs.JsonAsync("service-account", "create", "audited");
        await using var connection = await verbs.Database.DataSource.OpenConnectionAsync();
        (await connection.QuerySingleAsync<(string, string)>("select username, established_with from audit_events where message like '%audited%'"))
            .ShouldBe((Environment.UserName, "Command line on the server's machine"));
    }

    [Fact]
    public async Task Adds_lists_tests_and_removes_an_identity_of_a_GitHub_repository()
    {
        await verbs.JsonAsync("service-account", "create", "github");
        var made = await verbs.JsonAsync("identity", "add", "github", "--github", "octo-org/hello-octopus", "--environment", "production",
            "--repository-id", "74", "--owner-id", "65", "--condition", "ref=refs/heads/main,refs/heads/release/*", "--lifetime", "15m");
        made.GetProperty("Name").GetString().ShouldBe("octo-org/hello-octopus environment production");
        made.GetProperty("Subject").GetString().ShouldBe("repo:octo-org/hello-octopus:environment:production");
        made.GetProperty("TokenLifetime").GetInt32().ShouldBe(900);
        made.GetProperty("AllowReuse").GetBoolean().ShouldBeFalse();
        made.GetProperty("GitHub").GetProperty("PinnedFrom").GetString().ShouldBe("Given");
        made.GetProperty("Conditions")[0].GetProperty("Values").GetArrayLength().ShouldBe(2);
        var list = await verbs.JsonAsync("identity", "list", "github");
        Names(list).ShouldBe(["ServerUrl", "ExternalId", "OidcIdentities", "Count"], "the API's shape");

        var claims = GitHubClaims.Of(list.GetProperty("ExternalId").GetString()!, DateTimeOffset.UtcNow);
        claims["sub"] = "repo:octo-org/hello-octopus:environment:production";
        var good = await verbs.RunAsync(JsonSerializer.Serialize(claims), ["identity", "test", "github", "--claims", "-"]);
        good.ExitCode.ShouldBe(0, good.All);
        claims["ref"] = "refs/heads/feature";
        var bad = await verbs.RunAsync(JsonSerializer.Serialize(claims), ["identity", "test", "github", "--claims", "-"]);
        bad.ExitCode.ShouldBe(1);
        bad.Output.ShouldContain("FAIL  ref                   is refs/heads/feature, must be refs/heads/main or refs/heads/release/*");
        bad.Output.ShouldContain("ok    subject");
        bad.Error.ShouldBe("A login to github with it would be refused.\n");
        var json = await verbs.RunAsync(JsonSerializer.Serialize(claims), ["identity", "test", "github", "--claims", "-", "--json"]);
        json.ExitCode.ShouldBe(1);
        Names(JsonDocument.Parse(json.Output).RootElement).ShouldBe(["WouldSucceed", "MatchingIdentityId", "Checks", "Identities"]);

        (await verbs.RunAsync("identity", "remove", "github", made.GetProperty("Name").GetString()!)).ExitCode.ShouldBe(0);
        (await verbs.JsonAsync("identity", "list", "github")).GetProperty("Count").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Adds_and_lists_conditions_of_every_kind()
    {
        await verbs.JsonAsync("service-account", "create", "kinds");
        string[] typed =
        [
            "ref=refs/heads/main,refs/heads/release/*", "https://example.com/team:equals=a,b", "groups:oneof=dev,ops", "environment:exists",
            "fork:absent", "approved:boolean=true", "/project/id:number=74,75",
        ];
        var made = await verbs.JsonAsync(["identity", "add", "kinds", "--name", "k", "--issuer", "https://idp.example.com", "--subject", "job", .. typed.SelectMany(text => new[] { "--condition", text })]);
        made.GetProperty("Conditions").EnumerateArray().Select(condition => $"{condition.GetProperty("Claim").GetString()} {condition.GetProperty("Kind").GetString()} {condition.GetProperty("Values").GetArrayLength()}")
            .ShouldBe(["ref Pattern 2", "https://example.com/team Equals 1", "groups OneOf 2", "environment Exists 0", "fork Absent 0", "approved Boolean 1", "/project/id Number 2"]);
        (await verbs.RunAsync("identity", "list", "kinds")).Output.ShouldContain(string.Join("; ", typed));
    }

    [Fact]
    public async Task Adds_an_identity_of_any_issuer_and_names_every_fault_of_one()
    {
        await verbs.JsonAsync("service-account", "create", "others");
        string[] gitlab = ["identity", "add", "others", "--issuer", "https://gitlab.com", "--subject", "project_path:acme/web:ref_type:branch:ref:main", "--audience", "octologin"];
        (await verbs.RunAsync([.. gitlab, "--name", "gitlab"])).Error.ShouldContain("Add a condition on project_id or namespace_id");
        (await verbs.JsonAsync([.. gitlab, "--name", "names", "--allow-mutable-names", "--reuse", "false"])).GetProperty("AllowReuse").GetBoolean().ShouldBeFalse();
        var made = await verbs.JsonAsync([.. gitlab, "--name", "gitlab", "--condition", "project_id:equals=4211", "--lifetime", "3600"]);
        made.GetProperty("Audience").GetString().ShouldBe("octologin");
        made.GetProperty("AllowReuse").GetBoolean().ShouldBeTrue();
        made.GetProperty("GitHub").ValueKind.ShouldBe(JsonValueKind.Null);

        var faulty = await verbs.RunAsync("identity", "add", "others", "--name", "x", "--issuer", "ftp://x", "--subject", "y", "--lifetime", "13h");
        faulty.ExitCode.ShouldBe(1);
        faulty.Error.ShouldBe("- Issuer 'ftp://x' must begin with https://.\n- TokenLifetime is 46800 seconds; it must be 60 (1 minute) to 43200 (12 hours).\n");
        (await verbs.JsonAsync("identity", "list", "others")).GetProperty("Count").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Makes_an_API_key_that_is_printed_once_and_alone()
    {
        await verbs.JsonAsync("service-account", "create", "keyed");
        var run = await verbs.RunAsync("api-key", "create", "keyed", "--purpose", "tests", "--expires", "30d");
        run.ExitCode.ShouldBe(0, run.All);
        run.Output.Trim().ShouldMatch("^API-[A-Z2-7]{32}$");
        run.Error.ShouldContain("it is shown this once");
        var made = await verbs.JsonAsync("api-key", "create", "keyed", "--purpose", "tests");
        Names(made).ShouldBe(["Id", "ApiKey", "UserId", "Purpose", "Created", "Expires"]);
        made.GetProperty("Expires").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Makes_an_administrator_and_lets_a_locked_out_one_in_again()
    {
        var made = await verbs.RunAsync("correct horse battery\n", ["admin", "--username", "alice", "--email", "alice@example.com", "--password-stdin", "--api-key", "--json"]);
        made.ExitCode.ShouldBe(0, made.All);
        var answer = JsonDocument.Parse(made.Output).RootElement;
        answer.GetProperty("User").GetProperty("EmailAddress").GetString().ShouldBe("alice@example.com");
        answer.GetProperty("ApiKey").GetProperty("ApiKey").GetString()!.ShouldStartWith("API-");
        made.Output.ShouldNotContain("correct horse");

        await using var connection = await verbs.Database.DataSource.OpenConnectionAsync();
        var before = await connection.ExecuteScalarAsync<string>("select password_hash from users where username = 'alice'");
        await connection.ExecuteAsync("update users set is_active = false where username = 'alice'; delete from team_members; " +
            "insert into sign_in_failures select 'account:' || id, 11, now() from users where username = 'alice'; insert into sign_in_failures values ('address:192.0.2.1', 11, now()), ('account:Users-0', 11, now())");
        (await verbs.RunAsync("another long password", ["admin", "--username", "Alice", "--password-stdin"])).Output.ShouldMatch(@"^alice \(Users-\d+\) is an administrator\.\n$");
        var after = await connection.QuerySingleAsync<(bool Active, string Hash, long Teams)>(
            "select is_active, password_hash, (select count(*) from team_members m where m.user_id = u.id) from users u where username = 'alice'");
        (after.Active, after.Hash != before, after.Teams).ShouldBe((true, true, 1));

        (await connection.QueryAsync<string>("select counted from sign_in_failures")).ShouldBe(["account:Users-0"], "she is no longer locked, and somebody else still is");

        (await verbs.RunAsync("admin", "--username", "carol", "--email", "carol@example.com")).Output.ShouldMatch(@"^carol \(Users-\d+\) was made and is an administrator\.\n$");
        (await connection.QuerySingleAsync<(string, string?)>("select email_address, password_hash from users where username = 'carol'")).ShouldBe(("carol@example.com", null), "she signs in with the identity provider");

        var weak = await verbs.RunAsync("short", ["admin", "--username", "bob", "--password-stdin"]);
        (weak.ExitCode, weak.Error).ShouldBe((1, "Password must have at least 12 characters, not 5.\n"));
        (await connection.ExecuteScalarAsync<long>("select count(*) from users where username = 'bob'")).ShouldBe(0);
        var nobody = await verbs.RunAsync("admin", "--username", "bob");
        (nobody.ExitCode, nobody.Error).ShouldBe((2, "There is no user 'bob' yet, and nobody at a keyboard to ask for a password. Give --password-stdin, or --email of the account at the identity provider, or --api-key for an administrator that signs in with a key.\n"));
        await verbs.JsonAsync("service-account", "create", "machine");
        (await verbs.RunAsync("admin", "--username", "machine", "--api-key")).Error.ShouldBe("--username is 'machine', which is a service account; an administrator must be a person's account.\n");
    }

    [Theory]
    [InlineData("There is no service account 'nobody'. See: octologin service-account list", "service-account", "disable", "nobody")]
    [InlineData("There is no service account 'nobody'. See: octologin service-account list", "identity", "list", "nobody")]
    [InlineData("There is no user 'nobody'.", "api-key", "create", "nobody", "--purpose", "x")]
    [InlineData("--claims /nowhere/claims.json cannot be read: Could not find a part of the path '/nowhere/claims.json'.", "identity", "test", "nobody", "--claims", "/nowhere/claims.json")]
    public async Task Refuses_with_one_sentence_and_exit_code_1(string error, params string[] args)
    {
        var run = await verbs.RunAsync(args);
        (run.ExitCode, run.Output, run.Error).ShouldBe((1, "", error + "\n"));
    }

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(property => property.Name)];

    private async Task<string[]> EventsAsync(string message)
    {
        await using var connection = await verbs.Database.DataSource.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>("select regexp_replace(message, '^.* ', '') from audit_events where message like @message order by number", new { message })];
    }
}
