using Dapper;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>Which values a script sees, which nobody sees, and what is asked for.</summary>
public sealed class DeploymentVariableTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Secret = "Tr0ub4dor-and-3";

    [Fact]
    public async Task A_script_sees_the_most_specific_value_with_others_put_in()
    {
        var (dev, live) = (await server.PlaceAsync("Var dev"), await server.PlaceAsync("Var live"));
        await server.AddMachineAsync([dev, live], "var-web", roles: ["web"]);
        var project = await server.AddProjectAsync("Valued");
        var process = await server.SetProcessAsync(project.Id,
            Bash("Tell", """echo "#{Greeting} / $(get_octopusvariable greeting) / #{Where}" """),
            Bash("On web", """echo "on web: #{Where}" """, step: new { Properties = new Dictionary<string, string> { ["Octopus.Action.TargetRoles"] = "web" } }),
            Bash("Special", """echo "special: #{Where}" """));
        var special = process.Json.GetProperty("Steps")[2].GetProperty("Actions")[0].GetProperty("Id").GetString();
        await SetAsync(project, V("Greeting", "Hello #{Who}"), V("Who", "#{Where | ToUpper} people of #{Octopus.Environment.Name}"), V("Where", "anywhere"), V("Where", "live", new { Environment = new[] { live } }),
            V("Where", "the farm", new { Role = new[] { "web" } }), V("Where", "the step", new { Action = new[] { special } }));
        await server.ReleaseAsync(project, "1.0.0");
        var log = (await server.DeployedAsync(project, "1.0.0", dev)).Log;
        log.ShouldContain("Hello ANYWHERE people of Var dev / Hello ANYWHERE people of Var dev / anywhere");
        log.ShouldContain("on web: the farm");
        log.ShouldContain("special: the step");
        (await server.DeployedAsync(project, "1.0.0", live)).Log.ShouldContain("Hello LIVE people of Var live");
    }

    [Fact]
    public async Task A_sensitive_value_reaches_the_script_and_no_log_whatever_is_made_of_it()
    {
        var environment = await server.PlaceAsync("Hidden");
        var project = await server.AddProjectAsync("Hidden");
        await server.SetProcessAsync(project.Id, Bash("Tell",
            """echo "it is #{Password}, long #{Url}, loud #{Password | ToUpper}"; [ "$(get_octopusvariable Password)" = "Tr0ub4dor-and-3" ] && echo right; echo "#{Password}" | base64 """));
        await SetAsync(project, V("Password", Secret, sensitive: true), V("Url", "https://u:#{Password}@host/"));
        await server.ReleaseAsync(project, "1.0.0");
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("it is ********, long ********, loud ********");
        end.Log.ShouldContain("right");
        foreach (var text in new[] { end.Log, end.Details.Text })
        {
            text.ShouldNotContain(Secret);
            text.ShouldNotContain(Secret.ToUpperInvariant());
            text.ShouldNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Secret))[..16]);
        }
    }

    [Fact]
    public async Task Values_are_frozen_with_the_release_until_they_are_taken_anew()
    {
        var environment = await server.PlaceAsync("Frozen");
        var project = await server.AddProjectAsync("Frozen");
        await server.SetProcessAsync(project.Id, Bash("Tell", "echo 'colour: #{Colour}'"));
        await SetAsync(project, V("Colour", "red"));
        await server.ReleaseAsync(project, "1.0.0");
        var waiting = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Frozen", ReleaseVersion = "1.0.0", EnvironmentName = "Frozen", RunAt = DateTimeOffset.UtcNow.AddSeconds(4) });
        await SetAsync(project, V("Colour", "blue"));
        (await server.DeployedAsync(project, "1.0.0", environment)).Log.ShouldContain("colour: red");
        var anew = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Frozen", ReleaseVersion = "1.0.0", EnvironmentName = "Frozen", UpdateVariableSnapshot = true });
        (await server.EndsAsync(anew.Tasks().Single())).Log.ShouldContain("colour: blue");
        (await server.EventsAsync(anew.CorrelationId)).Select(happened => happened.Message).ShouldContain("Release 1.0.0 of project Frozen took the present variables");
        (await server.EndsAsync(waiting.Tasks().Single())).Log.ShouldContain("colour: red", customMessage: "what was queued before keeps what it was queued with");

        var caller = await server.AddCallerAsync();
        var role = await server.AddRoleAsync(space: ["ProjectView", "EnvironmentView", "DeploymentCreate"]);
        await server.GiveLimitedRoleAsync(caller.Id, role);
        (await caller.Client.SendAsync("POST", Untenanted, new { ProjectName = "Frozen", ReleaseVersion = "1.0.0", EnvironmentName = "Frozen", UpdateVariableSnapshot = true })).ShouldBeRefused(403, "ReleaseEdit");
    }

    [Fact]
    public async Task Prompted_variables_are_asked_for_used_and_kept_as_they_must_be()
    {
        var (dev, live) = (await server.PlaceAsync("Asking dev"), await server.PlaceAsync("Asking live"));
        var project = await server.AddProjectAsync("Asking");
        await server.SetProcessAsync(project.Id, Bash("Tell", """echo "reason: #{Reason}, size: #{Size}, key: #{Key}" """));
        await SetAsync(project, Prompt("Reason", null, true), Prompt("Size", "small", false), Prompt("Key", null, false, sensitive: true), Prompt("Approval", null, true, new { Environment = new[] { live } }));
        await server.ReleaseAsync(project, "1.0.0");
        Task<ApiAnswer> SendAsync(object variables, params string[] environments) => server.Admin.SendAsync("POST", Untenanted, new { ProjectName = "Asking", ReleaseVersion = "1.0.0", EnvironmentNames = environments, Variables = variables });

        (await SendAsync(new { }, dev)).ShouldBeRefused(400, "Prompted variable 'Reason' needs a value");
        (await SendAsync(new { Reason = "because", Colour = "red", Approval = "me" }, dev)).ShouldBeRefused(400, "'Colour' is not a prompted variable here", "'Approval' is not a prompted variable here");
        (await SendAsync(new { Reason = "because" }, dev, live)).ShouldBeRefused(400, "Prompted variable 'Approval' needs a value");

        var made = (await SendAsync(new { reason = "because", Key = Secret, Approval = "me" }, dev, live)).ShouldBe(201);
        var end = await server.EndsAsync(made.Tasks()[0]);
        end.Log.ShouldContain("reason: because, size: small, key: ********");
        var deployment = await server.Admin.SeeAsync($"{Api.Space}/deployments/{made.Deployments()[0]}");
        deployment.Json.GetProperty("FormValues").GetRawText().ShouldBe("""{"Reason":"because","Approval":"me"}""");
        deployment.Text.ShouldNotContain(Secret);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select d::text || coalesce(encode(d.sealed_values, 'escape'), '') from deployments d union all select t::text from server_tasks t")).ShouldAllBe(row => !row.Contains(Secret));
        (await connection.ExecuteScalarAsync<int>("select count(*) from deployments where sealed_values is not null")).ShouldBeGreaterThan(0);
    }

    private static object V(string name, string? value, object? scope = null, bool sensitive = false) => new { Name = name, Value = value, Scope = scope, IsSensitive = sensitive, Type = sensitive ? "Sensitive" : "String" };

    private static object Prompt(string name, string? value, bool required, object? scope = null, bool sensitive = false) =>
        new { Name = name, Value = value, Scope = scope, IsSensitive = sensitive, Type = sensitive ? "Sensitive" : "String", Prompt = new { Label = name, Required = required } };

    private async Task SetAsync(ApiAnswer project, params object[] variables)
    {
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        var present = await server.Admin.SeeAsync(path);
        (await server.Admin.SendAsync("PUT", path, new { Version = present.Json.GetProperty("Version").GetInt32(), Variables = variables })).ShouldBe(200);
    }
}
