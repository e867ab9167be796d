using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>What a step's script has of its accounts, what ID tokens say of it, and where an account does not go.</summary>
public sealed class AccountStepTests(CloudServer fixture) : IClassFixture<CloudServer>, IDisposable
{
    private readonly ServerFixture server = fixture.Server;
    private readonly KeptFiles kept = new();

    public void Dispose() => kept.Dispose();

    [Fact]
    public async Task A_script_sees_its_accounts_and_their_tokens_and_the_log_sees_none()
    {
        var environment = await server.PlaceAsync("Seen");
        var (aws, azure) = (await server.AddAwsAsync("Seen aws", more: new { DeploymentSubjectKeys = new[] { "type", "account", "project group", "space" } }), await server.AddAzureAsync("Seen azure"));
        var old = await server.AddAccountAsync("Seen old", "AmazonWebServicesAccount", null, new() { ["AccessKey"] = "AKIAEXAMPLE", ["SecretKey"] = new { HasValue = true, NewValue = "s3cret-of-old" } });
        var user = await server.AddAccountAsync("Seen user", "UsernamePassword", null, new() { ["Username"] = "robot", ["Password"] = new { HasValue = true, NewValue = "p4ssword-of-robot" } });
        var project = await server.AddProjectWithAsync("Seen", [Aws("Aws", aws), Variable("Azure", "AzureAccount", azure), Aws("Old", old), Variable("User", "UsernamePasswordAccount", user)], Bash("Tell", $$"""
            echo "#{Aws}: #{Aws.RoleArn} $(get_octopusvariable Aws.SessionDuration) #{Aws.Audience}"
            echo "#{Azure.SubscriptionNumber} #{Azure.ClientId} #{Azure.Client} #{Azure.TenantId} #{Azure.AzureEnvironment} #{Azure.Audience}"
            echo "#{Old.AccessKey} #{Old.SecretKey} #{User.Username} #{User.Password}"
            echo "the token is #{Aws.OpenIdConnect.Jwt} $(get_octopusvariable Azure.OpenIdConnect.Jwt | base64 -w 0)"
            cat "$AZURE_FEDERATED_TOKEN_FILE"; echo
            echo "aws: ${AWS_ROLE_ARN-none} ${AWS_ACCESS_KEY_ID-none}"
            {{kept.Keep("aws", "#{Aws.OpenIdConnect.Jwt}")}}
            {{kept.Keep("azure", "$(get_octopusvariable Azure.OpenIdConnect.Jwt)")}}
            {{kept.Keep("file", "$(cat $AZURE_FEDERATED_TOKEN_FILE)")}}
            """));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain($"{aws.Id}: {Role} 3600 {CloudServer.Host}");
        end.Log.ShouldContain($"{Subscription} {Client} {Client} {Tenant} AzureCloud {FakeEntra.Audience}");
        end.Log.ShouldContain("AKIAEXAMPLE ******** robot ********");
        end.Log.ShouldContain("the token is ******** ********");
        end.Log.ShouldContain("aws: none none", customMessage: "of two accounts of one cloud neither is the step's");
        var (first, second) = (await kept.VerifiedAsync(fixture, "aws"), await kept.VerifiedAsync(fixture, "azure"));
        (first.Subject, first.Audience).ShouldBe(("space:default:project group:default:account:seen-aws:type:deployment", CloudServer.Host));
        (second.Subject, second.Audience).ShouldBe(("space:default:project:seen:environment:seen", FakeEntra.Audience));
        kept["file"].ShouldBe(kept["azure"]);
        foreach (var text in new[] { end.Log, end.Details.Text, end.Task.Text })
        {
            text.ShouldNotContain(kept["aws"][^40..]);
            text.ShouldNotContain(kept["azure"][^40..]);
            text.ShouldNotContain("s3cret-of-old");
            text.ShouldNotContain("p4ssword-of-robot");
        }
    }

    [Fact]
    public async Task A_runbooks_run_for_a_tenant_says_so_in_its_subject()
    {
        var environment = await server.PlaceAsync("Run for");
        var project = await server.AddTenantedProjectAsync("Run for");
        var tenant = await server.AddTenantAsync("Acme and Co", [], new Dictionary<string, string[]> { [project.Id] = [environment] });
        var account = await server.AddAwsAsync("Run for", more: new { TenantIds = new[] { tenant.Id }, DeploymentSubjectKeys = new[] { "space", "project", "runbook", "tenant", "environment", "type" } });
        await server.SetVariablesAsync(project, Aws("Cloud", account));
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Restart it", MultiTenancyMode = "TenantedOrUntenanted" });
        var path = $"{Api.Space}/projects/{project.Id}/runbookProcesses/{runbook["RunbookProcessId"]}";
        (await server.Admin.SendAsync("PUT", path, new { Version = 0, Steps = new[] { Bash("Keep", kept.Keep("token", "$(get_octopusvariable Octopus.OpenIdConnect.Jwt)")) } })).ShouldBe(200);
        await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbookSnapshots?publish=true", new { ProjectId = project.Id, RunbookId = runbook.Id, Name = "One" });
        var made = await server.Admin.MakeAsync(Api.Space + "/runbook-runs/create/v1", new { ProjectName = project.Id, RunbookName = runbook.Id, EnvironmentNames = new[] { environment }, Tenants = new[] { tenant.Id } });
        await server.EndsAsync(made.Tasks().Single());
        (await kept.VerifiedAsync(fixture, "token")).Subject.ShouldBe("space:default:project:run-for:runbook:restart-it:tenant:acme-and-co:environment:run-for:type:runbook");
    }

    [Fact]
    public async Task The_account_of_a_target_is_the_one_of_a_step_that_runs_on_it()
    {
        var environment = await server.PlaceAsync("On target");
        var (one, two) = (await server.AddAwsAsync("Target one", more: new { DeploymentSubjectKeys = new[] { "account", "environment" } }), await server.AddAwsAsync("Target two", more: new { DeploymentSubjectKeys = new[] { "account", "environment" } }));
        foreach (var (name, account) in new[] { ("web-1", one), ("web-2", two) })
        {
            await server.Admin.MakeAsync($"{Api.Space}/machines", new { Name = name, EnvironmentIds = new[] { environment }, Roles = new[] { "on-target" }, Endpoint = new { CommunicationStyle = "None", AccountId = account.Id } });
        }
        var project = await server.AddProjectWithAsync("On target", [], Bash("Keep", $"{kept.Keep("#{Octopus.Machine.Name}", "$(get_octopusvariable Octopus.OpenIdConnect.Jwt)")}; echo \"$AWS_ROLE_ARN\"",
            step: new { Properties = new Dictionary<string, string> { ["Octopus.Action.TargetRoles"] = "on-target" } }, action: new { ActionType = "Octopus.AwsRunScript" }));
        (await server.DeployedAsync(project, "1.0.0", environment)).Log.ShouldContain(Role);
        (await kept.VerifiedAsync(fixture, "web-1")).Subject.ShouldBe("environment:on-target:account:target-one");
        (await kept.VerifiedAsync(fixture, "web-2")).Subject.ShouldBe("environment:on-target:account:target-two");
    }

    [Fact]
    public async Task A_custom_claim_is_filled_from_the_steps_variables()
    {
        var environment = await server.PlaceAsync("Claimed");
        var account = await server.AddAwsAsync("Claimed", more: new { CustomClaims = new Dictionary<string, object> { ["project"] = "#{Octopus.Project.Name}", ["step"] = "#{Octopus.Step.Name} of #{Where}" } });
        var project = await server.AddProjectWithAsync("Claimed", [Aws("Cloud", account), new { Name = "Where", Value = "here", Type = "String" }], Bash("Keep it", kept.Keep("token", "#{Cloud.OpenIdConnect.Jwt}")));
        await server.DeployedAsync(project, "1.0.0", environment);
        var claims = (await kept.VerifiedAsync(fixture, "token")).Claims;
        (claims.GetProperty("project").GetString(), claims.GetProperty("step").GetString()).ShouldBe(("Claimed", "Keep it of here"));
    }

    [Fact]
    public async Task A_custom_claim_cannot_carry_a_secret_out()
    {
        var environment = await server.PlaceAsync("Secret claim");
        var account = await server.AddAwsAsync("Secret claim", more: new { CustomClaims = new Dictionary<string, object> { ["password"] = "#{Password}" } });
        var project = await server.AddProjectWithAsync("Secret claim", [Aws("Cloud", account), new { Name = "Password", Value = "h1dden-from-clouds", Type = "Sensitive", IsSensitive = true }], Bash("Say", "echo begun"));
        var log = (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log;
        log.ShouldContain("The custom claim 'password' needs the variable 'Password', which has no value here.");
        log.ShouldNotContain("begun");
    }

    [Fact]
    public async Task Each_retry_has_a_token_of_its_own()
    {
        var environment = await server.PlaceAsync("Retried");
        var project = await server.AddProjectWithAsync("Retried", [Aws("Cloud", await server.AddAwsAsync("Retried"))], Bash("Twice",
            $"if [ -e {kept.Path}/first ]; then {kept.Keep("second", "#{Cloud.OpenIdConnect.Jwt}")}; else {kept.Keep("first", "#{Cloud.OpenIdConnect.Jwt}")}; exit 1; fi",
            properties: new() { ["Octopus.Action.AutoRetry.MaximumCount"] = "1", ["Octopus.Action.AutoRetry.MinimumBackoff"] = "0" }));
        await server.DeployedAsync(project, "1.0.0", environment);
        kept["second"].ShouldNotBe(kept["first"]);
    }
}
