using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Tests.Support;
using OctoLogin.Variables;

namespace OctoLogin.Tests.Variables;

public sealed class VariableSetTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Secret = "hunter2-is-a-secret";

    [Fact]
    public async Task Is_born_empty_with_its_project_and_counts_its_changes()
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project["Slug"]}/variables";
        var empty = await server.Admin.SeeAsync(path);
        empty.Json.EnumerateObject().Select(property => property.Name).ShouldBe(["Id", "SpaceId", "OwnerId", "Version", "Variables", "ScopeValues"]);
        (empty.Id, empty["OwnerId"], empty["Version"], project["VariableSetId"]).ShouldBe(($"variableset-{project.Id}", project.Id, "0", empty.Id));
        empty.Json.GetProperty("Variables").GetArrayLength().ShouldBe(0);

        var changed = await PutAsync(project, 0, new { Name = "Greeting", Value = "Hello" });
        changed["Version"].ShouldBe("1");
        (await server.EventAsync(changed)).ShouldBe(("Modified", $"Variables of project {project["Name"]} were changed"));
        (await server.EventsAsync(changed.CorrelationId)).Single().Details.ShouldContain("\"Changed\":[\"Greeting\"]");
        (await server.Admin.SeeAsync(path)).Text.ShouldBe(changed.Text);
        (await server.Admin.SeeAsync($"{Api.Space}/variables/{changed.Id}")).Text.ShouldBe(changed.Text);
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/variables/{changed.Id}", new { Version = 1, Variables = Array.Empty<object>() })).ShouldBe(200)["Version"].ShouldBe("2");
    }

    [Fact]
    public async Task Keeps_what_a_client_sent()
    {
        var project = await server.AddProjectAsync();
        var environment = await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Env {Guid.NewGuid():N}" });
        var channel = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/channels")).Json.GetProperty("Items")[0].GetProperty("Id").GetString()!;
        var (machine, tenant) = (await server.AddMachineAsync([environment.Id]), await server.AddTenantAsync());
        var set = await server.AddTagSetAsync(Tenancy.Unique("Region"), "EU");
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Rescue" });
        var action = (await server.SetProcessAsync(project.Id, Api.Step("Deploy"))).Json.GetProperty("Steps")[0].GetProperty("Actions")[0].GetProperty("Id").GetString()!;
        var changed = await PutAsync(project, 0, JsonDocument.Parse(
            $$$"""
            { "Id": "mine", "name": "A.B[c]", "Value": "  é 😀 #{X}\n", "Description": "d", "Type": "Certificate", "IsEditable": false, "FutureOfVariables": 1,
              "Prompt": { "Label": "L", "Description": "P", "Required": true, "DisplaySettings": { "Octopus.ControlType": "Select", "Octopus.SelectOptions": "a|A" } },
              "Scope": { "Environment": ["{{{environment.Id}}}"], "Channel": ["{{{channel}}}"], "Role": ["web"], "Machine": ["{{{machine.Id}}}"], "Action": ["{{{action}}}"], "Tenant": ["{{{tenant.Id}}}"],
                "TenantTag": ["{{{set["Name"].ToUpperInvariant()}}}/eu"], "ProcessOwner": ["{{{project.Id}}}", "{{{runbook.Id}}}"] } }
            """).RootElement, new { Name = "Number", Value = 7 }, new { Name = "Nothing" });
        var variables = changed.Json.GetProperty("Variables");
        variables[0].GetProperty("Id").GetString().ShouldBe("mine");
        variables[0].GetProperty("Value").GetString().ShouldBe("  é 😀 #{X}\n");
        variables[0].GetProperty("Type").GetString().ShouldBe("Certificate");
        variables[0].GetProperty("IsEditable").GetBoolean().ShouldBeFalse();
        variables[0].GetProperty("Prompt").GetRawText().ShouldBe("""{"Label":"L","Description":"P","Required":true,"DisplaySettings":{"Octopus.ControlType":"Select","Octopus.SelectOptions":"a|A"}}""");
        variables[0].GetProperty("Scope").GetProperty("ProcessOwner").Strings().ShouldBe([project.Id, runbook.Id]);
        variables[1].GetProperty("Value").GetString().ShouldBe("7");
        Guid.TryParse(variables[1].GetProperty("Id").GetString(), out _).ShouldBeTrue();
        variables[2].GetProperty("Value").ValueKind.ShouldBe(JsonValueKind.Null);
        variables[2].GetProperty("Type").GetString().ShouldBe("String");
        variables[2].GetProperty("IsSensitive").GetBoolean().ShouldBeFalse();
        variables[2].GetProperty("Prompt").ValueKind.ShouldBe(JsonValueKind.Null);

        var known = changed.Json.GetProperty("ScopeValues");
        known.GetProperty("Environments").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldContain(environment.Id);
        known.GetProperty("Channels").GetRawText().ShouldBe($$"""[{"Id":"{{channel}}","Name":"Default"}]""");

        known.GetProperty("Machines").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldContain(machine.Id);
        known.GetProperty("TenantTags").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldContain($"{set["Name"]}/EU");
        known.GetProperty("Actions").GetRawText().ShouldBe($$"""[{"Id":"{{action}}","Name":"Deploy"}]""");

        // Sent back as it was read, when what it names is gone: its value must not come to hold everywhere.
        foreach (var gone in new[] { $"machines/{machine.Id}", $"tenants/{tenant.Id}", $"runbooks/{runbook.Id}", $"environments/{environment.Id}" })
        {
            (await server.Admin.SendAsync("DELETE", $"{Api.Space}/{gone}")).ShouldBe(200);
        }
        await server.SetProcessAsync(project.Id);
        var again = await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", changed.Json);
        again.ShouldBe(200).Json.GetProperty("Variables")[0].GetProperty("Scope").GetRawText().ShouldBe(variables[0].GetProperty("Scope").GetRawText());
        var other = new { Name = "Other", Scope = new { Machine = new[] { machine.Id }, Tenant = new[] { tenant.Id }, Action = new[] { action }, ProcessOwner = new[] { runbook.Id } } };
        (await SendAsync(project, 2, other)).ShouldBeRefused(400, $"Scope.Machine names '{machine.Id}'", $"Scope.Tenant names '{tenant.Id}'", $"Scope.Action names '{action}'", $"Scope.ProcessOwner names '{runbook.Id}'");
    }

    [Fact]
    public async Task Of_two_who_change_it_at_once_the_second_is_told_to_read_again()
    {
        var project = await server.AddProjectAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => SendAsync(project, 0, new { Name = $"By{i}", Value = "x" })));
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        foreach (var late in answers.Where(answer => answer.Status != 200))
        {
            late.ShouldBeRefused(409, "no longer at version 0");
            (await server.EventsAsync(late.CorrelationId)).ShouldBeEmpty();
        }
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/variables"))["Version"].ShouldBe("1");
    }

    [Fact]
    public async Task Names_every_fault_and_changes_nothing()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var elsewhere = (await server.Admin.SeeAsync($"{Api.Space}/projects/{other.Id}/channels")).Json.GetProperty("Items")[0].GetProperty("Id").GetString()!;
        var refused = (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new
        {
            OwnerId = "Projects-999",
            Variables = new object?[]
            {
                null,
                new { Id = "twin", Name = "x", Value = new[] { 1 } },
                new { Id = "twin", Name = new string('n', 501), Value = new { Other = 1 }, Type = "no type!" },
                new { Name = "Plain", Value = new { HasValue = true, NewValue = Secret } },
                new { Name = "Nul", Value = "a\0b" },
                new
                {
                    Name = "Scoped",
                    Scope = new
                    {
                        Environment = new[] { "Environments-999" }, Channel = new[] { elsewhere }, Machine = new[] { "web-1" }, Tenant = new[] { "acme" }, TenantTag = new[] { "Region" },
                        Role = new[] { "" }, Action = new[] { "" }, ProcessOwner = new[] { other.Id },
                    },
                },
            },
        })).ShouldBeRefused(400, "OwnerId is 'Projects-999'", "Version is required", "Variables[0].Name is required", "Variables[1].Value must be a text", "the Id 'twin'", "Variables[2].Name may have at most 500",
            "Variables[2].Value must be a text", "'no type!'", "Variables[3].Value is a sensitive value", "Variables[4].Value may not hold a NUL", "Variables[5].Scope.Environment names 'Environments-999'",
            $"Variables[5].Scope.Channel names '{elsewhere}'", "Scope.Machine names 'web-1'", "Scope.Tenant names 'acme'", "Scope.TenantTag names 'Region'", "Scope.Role has ''", "Scope.Action names ''", $"Scope.ProcessOwner names '{other.Id}'");
        refused.Text.ShouldNotContain(Secret);
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/variables"))["Version"].ShouldBe("0");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("{ \"HasValue\": true }")]
    public async Task A_sensitive_value_is_never_read_back_and_stays_when_it_is_sent_back_without_one(string sentBack)
    {
        var project = await server.AddProjectAsync();
        var made = await PutAsync(project, 0, new { Id = "v1", Name = "Password", Value = Secret, IsSensitive = true });
        made.Text.ShouldNotContain(Secret);
        made.Text.ShouldNotContain("Sealed");
        var read = made.Json.GetProperty("Variables")[0];
        (read.GetProperty("Type").GetString(), read.GetProperty("IsSensitive").GetBoolean(), read.GetProperty("Value").ValueKind).ShouldBe(("Sensitive", true, JsonValueKind.Null));
        (await OpenAsync(project.Id)).ShouldBe(Secret);

        var kept = await PutAsync(project, 1, new { Id = "v1", Name = "Password.Renamed", Value = JsonDocument.Parse(sentBack).RootElement, IsSensitive = true, Sealed = "AAAA" });
        kept.Text.ShouldNotContain("Sealed");
        (await OpenAsync(project.Id)).ShouldBe(Secret);
        (await PutAsync(project, 2, new { Id = "v1", Name = "Password", Type = "Sensitive", Value = new { HasValue = true, newvalue = "another-secret" } })).Text.ShouldNotContain("another-secret");
        (await OpenAsync(project.Id)).ShouldBe("another-secret");
        await PutAsync(project, 3, new { Id = "v1", Name = "Password", Type = "Sensitive", Value = new { HasValue = false } });
        (await OpenAsync(project.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_sensitive_value_does_not_become_readable_by_taking_the_mark_away()
    {
        var project = await server.AddProjectAsync();
        await PutAsync(project, 0, new { Id = "v1", Name = "Password", Value = Secret, IsSensitive = true });
        var plain = await PutAsync(project, 1, new { Id = "v1", Name = "Password", Type = "String", IsSensitive = false });
        plain.Json.GetProperty("Variables")[0].GetProperty("Value").ValueKind.ShouldBe(JsonValueKind.Null);
        var back = await PutAsync(project, 2, new { Id = "v1", Name = "Password", IsSensitive = true });
        back.Text.ShouldNotContain(Secret);
        (await OpenAsync(project.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_sealed_value_opens_only_for_its_own_variable_of_its_own_project()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        await PutAsync(project, 0, new { Id = "v1", Name = "Password", Value = Secret, IsSensitive = true });
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("update variable_sets set variables = (select variables from variable_sets where project_id = @from) where project_id = @to", new { from = project.Id, to = other.Id });
        await Should.ThrowAsync<System.Security.Cryptography.CryptographicException>(() => OpenAsync(other.Id));
        await connection.ExecuteAsync("update variable_sets set variables = replace(variables::text, '\"v1\"', '\"v2\"')::json where project_id = @Id", new { project.Id });
        await Should.ThrowAsync<System.Security.Cryptography.CryptographicException>(() => OpenAsync(project.Id));
    }

    [Fact]
    public async Task A_release_freezes_the_variables_until_it_is_told_to_take_the_present_ones()
    {
        var project = await server.AddProjectAsync();
        await PutAsync(project, 0, new { Id = "v1", Name = "Password", Value = Secret, IsSensitive = true }, new { Name = "Url", Value = "first" });
        var made = await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id });
        await PutAsync(project, 1, new { Name = "Url", Value = "second" });

        var release = await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}");
        release["ProjectVariableSetSnapshotId"].ShouldBe($"variableset-{project.Id}-s-1");
        var frozen = await server.Admin.SeeAsync($"{Api.Space}/variables/{release["ProjectVariableSetSnapshotId"]}");
        frozen.Json.GetProperty("Variables")[1].GetProperty("Value").GetString().ShouldBe("first");
        frozen.Text.ShouldNotContain(Secret);
        frozen.Text.ShouldNotContain("Sealed");
        var snapshot = (await server.Services.GetRequiredService<VariableSetStore>().FindByIdAsync("Spaces-1", frozen.Id, CancellationToken.None))!;
        server.Services.GetRequiredService<SealedValues>().Resolve(snapshot, VariableTarget.Nowhere).Values["password"].ShouldBe(Secret);
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/variables/{frozen.Id}", new { Version = 1, Variables = Array.Empty<object>() })).ShouldBeRefused(400, "never changes");

        var taken = (await server.Admin.SendAsync("POST", $"{Api.Space}/releases/{release.Id}/snapshot-variables")).ShouldBe(200);
        taken["ProjectVariableSetSnapshotId"].ShouldBe($"variableset-{project.Id}-s-2");
        (await server.EventAsync(taken)).ShouldBe(("Modified", $"Release 0.0.1 of project {project["Name"]} took the present variables"));
        (await server.Admin.SeeAsync($"{Api.Space}/variables/{taken["ProjectVariableSetSnapshotId"]}")).Json.GetProperty("Variables")[0].GetProperty("Value").GetString().ShouldBe("second");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/variables/{frozen.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task A_dump_of_the_database_shows_no_sensitive_value_in_any_form()
    {
        const string Dumped = "dumped-secret-7f3a";
        var project = await server.AddProjectAsync();
        await PutAsync(project, 0, new { Name = "Password", Value = Dumped, IsSensitive = true });
        await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id });
        var dump = await server.DumpAsync();
        dump.ShouldContain($"variableset-{project.Id}-s-1");
        foreach (var form in new[] { Dumped, Convert.ToBase64String(Encoding.UTF8.GetBytes(Dumped)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Dumped)) })
        {
            dump.ShouldNotContain(form);
        }
        server.Log.Lines.ShouldNotContain(line => line.Contains(Dumped, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_for_one_project_sees_and_changes_the_variables_of_that_project_only()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var viewer = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(viewer.Id, "userroles-projectviewer", projects: [project.Id]);
        await viewer.Client.SeeAsync($"{Api.Space}/projects/{project.Id}/variables");
        (await viewer.Client.SendAsync("PUT", $"{Api.Space}/variables/variableset-{project.Id}", new { Nonsense = 1 })).ShouldBeRefused(403, "VariableEdit");
        (await viewer.Client.SendAsync("GET", $"{Api.Space}/projects/{other.Id}/variables")).ShouldBe(404);
        (await viewer.Client.SendAsync("GET", $"{Api.Space}/variables/variableset-{other.Id}")).ShouldBe(404);

        var contributor = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(contributor.Id, "userroles-projectcontributor", projects: [project.Id]);
        (await contributor.Client.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new { Version = 0, Variables = new[] { new { Name = "a", Value = "b" } } })).ShouldBe(200);
        (await contributor.Client.SendAsync("PUT", $"{Api.Space}/projects/{other.Id}/variables", new { Version = 0, Variables = Array.Empty<object>() })).ShouldBe(404);

        var (release, deployer) = (await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id }), await server.AddCallerAsync());
        await server.GiveLimitedRoleAsync(deployer.Id, "userroles-buildserver", projects: [project.Id]);
        (await deployer.Client.SendAsync("POST", $"{Api.Space}/releases/{release["ReleaseId"]}/snapshot-variables")).ShouldBeRefused(403, "ReleaseEdit");
    }

    [Fact]
    public async Task Scopes_offer_and_take_only_environments_that_the_caller_sees()
    {
        var project = await server.AddProjectAsync();
        var (mine, others) = (await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Mine {Guid.NewGuid():N}" }), await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Other {Guid.NewGuid():N}" }));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectcontributor", projects: [project.Id], environments: [mine.Id]);
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        (await caller.Client.SeeAsync(path)).Json.GetProperty("ScopeValues").GetProperty("Environments").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldBe([mine.Id]);
        object Set(params string[] environments) => new { Version = 0, Variables = new[] { new { Name = "a", Value = "b", Scope = new { Environment = environments } } } };
        (await caller.Client.SendAsync("PUT", path, Set(mine.Id, others.Id))).ShouldBeRefused(400, others.Id);
        (await caller.Client.SendAsync("PUT", path, Set(mine.Id))).ShouldBe(200);
    }

    [Fact]
    public async Task Scopes_offer_and_take_only_targets_and_tenants_that_the_caller_sees()
    {
        var project = await server.AddProjectAsync();
        var (mine, others) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (ours, theirs) = (await server.AddTenantAsync(), await server.AddTenantAsync());
        var (near, far) = (await server.AddMachineAsync([mine.Id], roles: "seen-role"), await server.AddMachineAsync([others.Id], roles: "hidden-role"));
        var (ofPlace, ofTenant) = (await server.AddCallerAsync(), await server.AddCallerAsync());
        await server.GiveLimitedRoleAsync(ofPlace.Id, "userroles-projectcontributor", projects: [project.Id], environments: [mine.Id]);
        await server.GiveLimitedRoleAsync(ofTenant.Id, "userroles-projectcontributor", projects: [project.Id], tenants: [ours.Id]);
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        var offered = (await ofPlace.Client.SeeAsync(path)).Json.GetProperty("ScopeValues");
        offered.GetProperty("Machines").EnumerateArray().Select(one => one.GetProperty("Id").GetString()).ShouldBe([near.Id]);
        offered.GetProperty("Roles").GetRawText().ShouldBe("""[{"Id":"seen-role","Name":"seen-role"}]""");
        object Set(int version, object scope) => new { Version = version, Variables = new[] { new { Name = "a", Value = "b", Scope = scope } } };
        object On(ApiAnswer machine) => new { Environment = new[] { mine.Id }, Machine = new[] { machine.Id } };
        (await ofPlace.Client.SendAsync("PUT", path, Set(0, On(far)))).ShouldBeRefused(400, $"Scope.Machine names '{far.Id}', which is not the Id of a deployment target here.");
        (await ofPlace.Client.SendAsync("PUT", path, Set(0, On(near)))).ShouldBe(200);
        (await ofTenant.Client.SendAsync("PUT", path, Set(1, new { Tenant = new[] { theirs.Id } }))).ShouldBeRefused(400, $"Scope.Tenant names '{theirs.Id}', which is not the Id of a tenant here.");
        (await ofTenant.Client.SendAsync("PUT", path, Set(1, new { Tenant = new[] { ours.Id } }))).ShouldBe(200);
    }

    [Fact]
    public async Task A_role_for_one_environment_sees_what_holds_there_and_changes_only_what_holds_nowhere_else()
    {
        var project = await server.AddProjectAsync();
        var (mine, others) = ((await server.AddEnvironmentAsync()).Id, (await server.AddEnvironmentAsync()).Id);
        object Scoped(string id, string value, params string[] environments) => new { Id = id, Name = "Url", Value = value, Scope = new { Environment = environments } };
        await PutAsync(project, 0, Scoped("theirs", "x-theirs", others), Scoped("all", "x-all"), Scoped("secret", "x", others), Scoped("both", "x-both", mine, others), Scoped("mine", "x-mine", mine), Scoped("last", "x-last", others));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectcontributor", projects: [project.Id], environments: [mine]);
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        string[] Ids(ApiAnswer set) => [.. set.Json.GetProperty("Variables").EnumerateArray().Select(variable => variable.GetProperty("Id").GetString()!)];
        var seen = await caller.Client.SeeAsync(path);
        Ids(seen).ShouldBe(["all", "both", "mine"]);
        seen.Text.ShouldNotContain("x-theirs");
        (await caller.Client.SeeAsync($"{Api.Space}/variables/variableset-{project.Id}")).Text.ShouldBe(seen.Text);
        await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id });
        Ids(await caller.Client.SeeAsync($"{Api.Space}/variables/variableset-{project.Id}-s-1")).ShouldBe(["all", "both", "mine"], "nor of a release's");

        async Task<ApiAnswer> SendAsync(int version, params object[] variables) => await caller.Client.SendAsync("PUT", path, new { Version = version, Variables = variables });
        var (all, both) = (Scoped("all", "x-all"), Scoped("both", "x-both", mine, others));
        var changed = (await SendAsync(1, all, both, Scoped("mine", "y-mine", mine), Scoped("new", "y-new", mine))).ShouldBe(200);
        Ids(changed).ShouldBe(["all", "both", "mine", "new"]);
        Ids(await server.Admin.SeeAsync(path)).ShouldBe(["theirs", "all", "secret", "both", "mine", "last", "new"], "what is hidden stays where it is");
        const string Refusal = "Variable 'Url' cannot be changed";
        (await SendAsync(2, Scoped("all", "taken over"), both)).ShouldBeRefused(403, Refusal, "VariableEdit");
        (await SendAsync(2, all)).ShouldBeRefused(403, Refusal);
        (await SendAsync(2, all, Scoped("both", "x-both", mine))).ShouldBeRefused(403, Refusal);
        (await SendAsync(2, all, both, Scoped("mine", "y-mine"))).ShouldBeRefused(403, Refusal);
        (await SendAsync(2, all, both, Scoped("other", "everywhere"))).ShouldBeRefused(403, Refusal);
        (await SendAsync(2, all, both, Scoped("theirs", "y", mine))).ShouldBeRefused(400, "The Id 'theirs' is another variable's");
        Ids((await SendAsync(2, all, both)).ShouldBe(200)).ShouldBe(["all", "both"]);
        (await server.Admin.SeeAsync(path)).Json.GetProperty("Variables")[0].GetProperty("Value").GetString().ShouldBe("x-theirs");
    }

    [Fact]
    public async Task Another_space_does_not_find_it()
    {
        var project = await server.AddProjectAsync();
        var space = await server.AddSpaceAsync();
        (await server.Admin.SendAsync("GET", $"/api/{space}/variables/variableset-{project.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"/api/{space}/projects/{project.Id}/variables")).ShouldBe(404);
        (await server.Admin.SendAsync("PUT", $"/api/{space}/variables/variableset-{project.Id}", new { Version = 0, Variables = Array.Empty<object>() })).ShouldBe(404);
    }

    private Task<ApiAnswer> SendAsync(ApiAnswer project, int version, params object[] variables) =>
        server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new { Version = version, Variables = variables });

    private async Task<ApiAnswer> PutAsync(ApiAnswer project, int version, params object[] variables) => (await SendAsync(project, version, variables)).ShouldBe(200);

    private async Task<string?> OpenAsync(string projectId)
    {
        var set = (await server.Services.GetRequiredService<VariableSetStore>().FindAsync("Spaces-1", projectId, CancellationToken.None))!;
        return server.Services.GetRequiredService<SealedValues>().Open(projectId, set.Variables[0]);
    }
}
