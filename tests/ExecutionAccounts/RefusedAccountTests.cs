using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>An account that may not be used there fails the task before any token exists: not even the first step runs.</summary>
public sealed class RefusedAccountTests(CloudServer fixture) : IClassFixture<CloudServer>
{
    private readonly ServerFixture server = fixture.Server;

    [Fact]
    public async Task Where_the_account_is_not_allowed_nothing_runs()
    {
        var (allowed, other) = (await server.PlaceAsync("Allowed"), await server.PlaceAsync("Other place"));
        var account = await server.AddAwsAsync("Limited", [allowed]);
        var process = await server.AddProjectAsync("Limited");
        var steps = (await server.SetProcessAsync(process.Id, Bash("First", "echo begun"), Bash("Second", "echo second"))).Json.GetProperty("Steps");
        // Of the second step alone.
        await server.SetVariablesAsync(process, Aws("Cloud", account, new { Action = new[] { steps[1].GetProperty("Actions")[0].GetProperty("Id").GetString() } }));
        await server.ReleaseAsync(process, "1.0.0");
        (await server.DeployedAsync(process, "1.0.0", allowed)).Log.ShouldContain("second");
        var end = await server.DeployedAsync(process, "1.0.0", other, "Failed");
        end.Task["ErrorMessage"].ShouldBe($"Variable 'Cloud' uses account 'Limited' ({account.Id}), which is not allowed in environment 'Other place'. Allow it there in the account's EnvironmentIds, or scope the variable that names it to where the account is allowed.");
        end.Log.ShouldNotContain("begun");
    }

    [Fact]
    public async Task For_a_tenant_that_the_account_does_not_serve_nothing_runs()
    {
        var environment = await server.PlaceAsync("Tenanted here");
        var project = await server.AddTenantedProjectAsync("Tenanted here");
        var connected = new Dictionary<string, string[]> { [project.Id] = [environment] };
        var (served, other) = (await server.AddTenantAsync("Served", [], connected), await server.AddTenantAsync("Not served", [], connected));
        var account = await server.AddAwsAsync("Tenants", more: new { TenantedDeploymentParticipation = "Tenanted", TenantIds = new[] { served.Id } });
        await server.SetVariablesAsync(project, Aws("Cloud", account));
        await server.SetProcessAsync(project.Id, Bash("Say", "echo begun"));
        await server.ReleaseAsync(project, "1.0.0");
        async Task<TaskEnd> DeployAsync(ApiAnswer tenant, string state) => await server.EndsAsync((await server.Admin.MakeAsync(Tenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentName = environment, Tenants = new[] { tenant.Id } })).Tasks().Single(), state);
        (await DeployAsync(served, "Success")).Log.ShouldContain("begun");
        var end = await DeployAsync(other, "Failed");
        end.Task["ErrorMessage"].ShouldBe($"Variable 'Cloud' uses account 'Tenants' ({account.Id}), which is not allowed in tenant 'Not served' (environment 'Tenanted here'). Allow it there in the account's TenantedDeploymentParticipation, TenantIds or TenantTags, or scope the variable that names it to where the account is allowed.");
        end.Log.ShouldNotContain("begun");
    }

    [Fact]
    public async Task An_account_that_was_deleted_since_the_release_is_told()
    {
        var environment = await server.PlaceAsync("Deleted account");
        var account = await server.AddAwsAsync("Deleted");
        var project = await server.AddProjectWithAsync("Deleted account", [Aws("Cloud", account)], Bash("Say", "echo begun"));
        await server.SetVariablesAsync(project);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/accounts/{account.Id}")).ShouldBe(200);
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Task["ErrorMessage"].ShouldBe($"Variable 'Cloud' names the account '{account.Id}', which there is not in this space: it was deleted, or is an account of another space.");
        end.Log.ShouldNotContain("begun");
    }

    [Fact]
    public async Task A_subject_that_no_cloud_takes_is_told_before_the_start()
    {
        var name = "Where " + string.Join(' ', Enumerable.Repeat("far", 28));
        var environment = await server.PlaceAsync(name);
        var project = await server.AddProjectWithAsync("Long subject", [Aws("Cloud", await server.AddAwsAsync("Long"))], Bash("Say", "echo begun"));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Task["ErrorMessage"].ShouldContain("and clouds take at most 127. Its longest part is 'environment:where-far");
        end.Log.ShouldNotContain("begun");
    }

    [Fact]
    public async Task A_bound_action_without_an_account_and_one_that_asks_for_what_is_not_built_fail_by_name()
    {
        var environment = await server.PlaceAsync("Unbound");
        var project = await server.AddReleasedProjectAsync("Unbound", Bash("Lone", "echo begun", action: new { ActionType = "Octopus.AwsRunScript" }));
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log
            .ShouldContain("Step 'Lone' is of the type Octopus.AwsRunScript and has no AWS account: name an account variable in Octopus.Action.AwsAccount.Variable.");
        var assumes = await server.AddReleasedProjectAsync("Assumes", Bash("Assume", "echo begun", action: new { ActionType = "Octopus.AwsRunScript" }, properties: new() { ["Octopus.Action.Aws.AssumeRole"] = "True" }));
        var end = await server.DeployedAsync(assumes, "1.0.0", environment, "Failed");
        end.Task["ErrorMessage"].ShouldBe("Step 'Assume' has Octopus.Action.Aws.AssumeRole, which this server does not do: set it to False, and let the account's own role be the one that is needed, or call aws sts assume-role in the script.");
        end.Log.ShouldNotContain("begun");
    }
}
