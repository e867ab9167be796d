using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>Variables, targets and steps name accounts: which they may name, who may name them, and that an account in use stays.</summary>
public sealed class AccountUseTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Machines = Api.Space + "/machines";

    public static TheoryData<string, string[]> Fitting => new()
    {
        { "AmazonWebServicesAccount", ["AmazonWebServicesOidcAccount", "AmazonWebServicesAccount"] },
        { "AzureAccount", ["AzureOidc", "AzureServicePrincipal"] },
        { "GoogleCloudAccount", ["GoogleCloudOidcAccount"] },
        { "GenericOidcAccount", ["GenericOidcAccount"] },
        { "UsernamePasswordAccount", ["UsernamePassword"] },
    };

    [Theory]
    [MemberData(nameof(Fitting))]
    public async Task A_variable_of_an_account_type_takes_accounts_of_the_fitting_types_and_no_other(string variableType, string[] accountTypes)
    {
        var project = await server.AddProjectAsync();
        foreach (var type in Enum.GetNames<OctoLogin.Accounts.AccountType>())
        {
            var account = await server.AddAccountAsync(type, name: Tenancy.Unique("fit"));
            var answer = await SetAsync(server.Admin, project, Variable(variableType, account.Id));
            answer.ShouldBe(accountTypes.Contains(type) ? 200 : 400);
            if (answer.Status == 400)
            {
                answer.ShouldBeRefused(400, $"Variables[0].Value names account '{account["Name"]}' of the type {type}; a variable of the type {variableType} takes {string.Join(" or ", accountTypes)}.");
            }
        }
        foreach (var wrong in new[] { "Accounts-99999", "cloud", "#{Other}" })
        {
            (await SetAsync(server.Admin, project, Variable(variableType, wrong))).ShouldBeRefused(400, $"'{wrong}', which is not the Id of an account of this space");
        }
        // Without a value, such as one that is asked for.
        (await SetAsync(server.Admin, project, Variable(variableType, null))).ShouldBe(200);
    }

    [Fact]
    public async Task An_account_of_another_space_is_none_here()
    {
        var (space, project, environment) = (await server.AddSpaceAsync(), await server.AddProjectAsync(), await server.AddEnvironmentAsync());
        var there = await server.AddAccountAsync("AzureOidc", space: $"/api/{space}");
        (await SetAsync(server.Admin, project, Variable("AzureAccount", there.Id))).ShouldBeRefused(400, there.Id);
        (await server.Admin.SendAsync("POST", Machines, Target(there.Id, environment.Id))).ShouldBeRefused(400, $"'{there.Id}', which is not the Id of an account of this space");
    }

    [Fact]
    public async Task Who_does_not_see_an_account_cannot_name_it_but_may_leave_it_where_it_is()
    {
        var (project, account, other) = (await server.AddProjectAsync(), await server.AddAccountAsync("AzureOidc"), await server.AddAccountAsync("AzureOidc"));
        (await SetAsync(server.Admin, project, Variable("AzureAccount", account.Id))).ShouldBe(200);
        var caller = await server.AddCallerAsync("userroles-projectcontributor@Spaces-1");
        (await SetAsync(caller.Client, project, Variable("AzureAccount", account.Id), new { Name = "New", Value = other.Id })).ShouldBe(200);
        (await SetAsync(caller.Client, project, Variable("AzureAccount", other.Id))).ShouldBeRefused(400, other.Id);
        // A text that becomes an account's name is a name that is new.
        (await SetAsync(caller.Client, project, Variable("String", other.Id))).ShouldBe(200);
        (await SetAsync(caller.Client, project, Variable("AzureAccount", other.Id))).ShouldBeRefused(400, other.Id);
        var seeing = await server.AddRoleAsync(space: ["AccountView"]);
        await server.GiveRoleAsync(caller.TeamId, seeing, "Spaces-1");
        (await SetAsync(caller.Client, project, Variable("AzureAccount", other.Id))).ShouldBe(200);
    }

    [Fact]
    public async Task A_target_takes_an_account_that_may_be_used_wherever_it_is()
    {
        var (dev, live, tenant) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync(), await server.AddTenantAsync(Tenancy.Unique("acme")));
        var ofDev = await server.AddAccountAsync("AzureOidc", new { EnvironmentIds = new[] { dev.Id } });
        var ofTenant = await server.AddAccountAsync("AzureOidc", new { TenantIds = new[] { tenant.Id } });
        var target = await server.Admin.MakeAsync(Machines, Target(ofDev.Id, dev.Id));
        (await server.Admin.SendAsync("PUT", $"{Machines}/{target.Id}", new { EnvironmentIds = new[] { dev.Id, live.Id } })).ShouldBeRefused(400, $"Account '{ofDev["Name"]}' may not be used in {live.Id}");
        (await server.Admin.SendAsync("POST", Machines, Target(ofTenant.Id, live.Id))).ShouldBeRefused(400, "may be used for tenants alone");
        var forTenant = Target(ofTenant.Id, live.Id);
        forTenant["TenantIds"] = new JsonArray(tenant.Id);
        (await server.Admin.SendAsync("POST", Machines, forTenant)).ShouldBe(201);
        var forAnother = Target(ofTenant.Id, live.Id);
        forAnother["TenantIds"] = new JsonArray((await server.AddTenantAsync("Other acme")).Id);
        (await server.Admin.SendAsync("POST", Machines, forAnother)).ShouldBeRefused(400, "may not be used for tenant 'Other acme'");
        (await server.Admin.SendAsync("POST", Machines, Target("Accounts-99999", live.Id))).ShouldBeRefused(400, "'Accounts-99999'");
        (await server.Admin.SendAsync("POST", Machines, Target(ofDev["Slug"], dev.Id))).ShouldBeRefused(400, "not the Id of an account");
        var manager = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(manager.Id, "userroles-environmentmanager", environments: [live.Id]);
        var everywhere = await server.AddAccountAsync("AzureOidc");
        (await manager.Client.SendAsync("POST", Machines, Target(everywhere.Id, live.Id))).ShouldBeRefused(400, everywhere.Id);
    }

    [Fact]
    public async Task Names_what_uses_it_and_stays_until_nothing_does()
    {
        var environment = await server.AddEnvironmentAsync();
        var account = await server.AddAccountAsync("AzureOidc", name: "Used");
        var path = $"{TestAccounts.Accounts}/{account.Id}";
        (await server.Admin.SeeAsync($"{path}/usages")).Text.ShouldBe(
            """{"DeploymentProcesses":[],"RunbookProcesses":[],"LibraryVariableSets":[],"ProjectVariableSets":[],"Releases":[],"RunbookSnapshots":[],"Targets":[]}""");
        var (project, stepping) = (await server.AddProjectAsync("Using"), await server.AddProjectAsync("Stepping"));
        (await SetAsync(server.Admin, project, Variable("AzureAccount", account.Id), Variable("AzureAccount", account.Id, "again"))).ShouldBe(200);
        var target = await server.Admin.MakeAsync(Machines, Target(account.Id, environment.Id, "Shop"));
        await server.SetProcessAsync(stepping.Id, new
        {
            Name = "Azure", Actions = new[] { new { Name = "Azure", ActionType = "Octopus.AzurePowerShell", Properties = new Dictionary<string, string> { ["Octopus.Action.Azure.AccountId"] = account.Id } } },
        });
        var usages = (await server.Admin.SeeAsync($"{path}/usages")).Json;
        usages.GetProperty("ProjectVariableSets").GetRawText().ShouldBe($$"""[{"IsCurrentlyBeingUsedInProject":true,"ProjectId":"{{project.Id}}","ProjectName":"Using","ProjectSlug":"using","Releases":[],"RunbookSnapshots":[]}]""");
        usages.GetProperty("DeploymentProcesses").GetRawText().ShouldBe($$"""[{"ProcessId":"deploymentprocess-{{stepping.Id}}","ProjectId":"{{stepping.Id}}","ProjectName":"Stepping","ProjectSlug":"stepping"}]""");
        usages.GetProperty("Targets").GetRawText().ShouldBe($$"""[{"TargetId":"{{target.Id}}","TargetName":"Shop"}]""");
        (await server.Admin.SendAsync("DELETE", path)).ShouldBeRefused(
            409, "Account 'Used' is in use by variables of project 'Using', deployment process of project 'Stepping', deployment target 'Shop'. Take it from these first.");

        // Of the users only those that one sees.
        var caller = await server.AddCallerAsync();
        await server.GiveRoleAsync(caller.TeamId, await server.AddRoleAsync(space: ["AccountView"]), "Spaces-1");
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectviewer", projects: [project.Id]);
        var seen = (await caller.Client.SeeAsync($"{path}/usages")).Json;
        (seen.GetProperty("ProjectVariableSets").GetArrayLength(), seen.GetProperty("DeploymentProcesses").GetArrayLength()).ShouldBe((1, 0));

        (await SetAsync(server.Admin, project)).ShouldBe(200);
        await server.SetProcessAsync(stepping.Id);
        (await server.Admin.SendAsync("DELETE", path)).ShouldBeRefused(409, "in use by deployment target 'Shop'.");
        (await server.Admin.SendAsync("PUT", $"{Machines}/{target.Id}", new { Endpoint = new { CommunicationStyle = "None" } })).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", path)).ShouldBe(200);
    }

    private static JsonObject Variable(string type, string? value, string name = "Cloud") => new() { ["Id"] = name, ["Name"] = name, ["Type"] = type, ["Value"] = value };

    private static JsonObject Target(string account, string environment, string? name = null) => new()
    {
        ["Name"] = name ?? Tenancy.Unique("target"), ["Roles"] = new JsonArray("web"), ["EnvironmentIds"] = new JsonArray(environment),
        ["Endpoint"] = new JsonObject { ["CommunicationStyle"] = "AzureWebApp", ["AccountId"] = account },
    };

    private async Task<ApiAnswer> SetAsync(HttpClient client, ApiAnswer project, params object[] variables)
    {
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        return await client.SendAsync("PUT", path, new { Version = (await server.Admin.SeeAsync(path)).Json.GetProperty("Version").GetInt32(), Variables = variables });
    }
}
