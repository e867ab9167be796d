using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>Roles limited by environment and tenant.</summary>
public sealed class AccountLimitTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Manager = "userroles-environmentmanager";
    private const string Type = "GenericOidcAccount";

    [Fact]
    public async Task A_role_for_one_environment_sees_what_is_for_it_and_changes_what_is_for_it_alone()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (here, both) = (await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { mine.Id } }, "here"), await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { mine.Id, other.Id } }, "both"));
        var (there, everywhere) = (await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { other.Id } }, "there"), await server.AddAccountAsync(Type, name: "everywhere"));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, Manager, environments: [mine.Id]);
        var client = caller.Client;
        (await client.SeeAsync($"{TestAccounts.Accounts}/all")).Names().ShouldBe(["both", "here"]);
        var page = await client.SeeAsync($"{TestAccounts.Accounts}?take=1&skip=1");
        (page.Names()[0], page["TotalResults"]).ShouldBe(("here", "2"));
        foreach (var unseen in new[] { there, everywhere })
        {
            (await client.SendAsync("GET", $"{TestAccounts.Accounts}/{unseen.Id}")).ShouldBe(404);
            (await client.SendAsync("PUT", $"{TestAccounts.Accounts}/{unseen.Id}", new { Description = "x" })).ShouldBe(404);
            (await client.SendAsync("GET", $"{TestAccounts.Accounts}/{unseen.Id}/usages")).ShouldBe(404);
            (await client.SendAsync("GET", $"{TestAccounts.Accounts}/{unseen.Id}/subject-preview")).ShouldBe(404);
        }
        (await client.SendAsync("PUT", $"{TestAccounts.Accounts}/{here.Id}", new { Description = "x" })).ShouldBe(200);
        (await client.SendAsync("PUT", $"{TestAccounts.Accounts}/{both.Id}", new { Description = "x" })).ShouldBeRefused(403, "AccountEdit");
        (await client.SendAsync("DELETE", $"{TestAccounts.Accounts}/{both.Id}")).ShouldBeRefused(403, "AccountDelete");
        // Neither to where the role does not reach, nor to everywhere; and what it does not see is not there.
        (await client.SendAsync("PUT", $"{TestAccounts.Accounts}/{here.Id}", new { EnvironmentIds = Array.Empty<string>() })).ShouldBeRefused(403, "AccountEdit");
        (await client.SendAsync("PUT", $"{TestAccounts.Accounts}/{here.Id}", new { EnvironmentIds = new[] { mine.Id, other.Id } })).ShouldBeRefused(400, other.Id);
        (await client.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body(Type))).ShouldBeRefused(403, "AccountCreate");
        (await client.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body(Type, new { EnvironmentIds = new[] { mine.Id } }))).ShouldBe(201);
        (await client.SendAsync("DELETE", $"{TestAccounts.Accounts}/{here.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Limits_by_environment_and_tenant_hold_together()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (tenant, another) = (await server.AddTenantAsync(), await server.AddTenantAsync());
        var good = await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { mine.Id }, TenantIds = new[] { tenant.Id } }, "good");
        await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { mine.Id }, TenantIds = new[] { another.Id } }, "another's");
        await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { other.Id }, TenantIds = new[] { tenant.Id } }, "elsewhere");
        await server.AddAccountAsync(Type, new { EnvironmentIds = new[] { mine.Id } }, "nobody's");
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, Manager, environments: [mine.Id], tenants: [tenant.Id]);
        (await caller.Client.SeeAsync(TestAccounts.Accounts)).Names().ShouldBe(["good"]);
        (await caller.Client.SendAsync("PUT", $"{TestAccounts.Accounts}/{good.Id}", new { Description = "x" })).ShouldBe(200);
        (await caller.Client.SendAsync("PUT", $"{TestAccounts.Accounts}/{good.Id}", new { TenantedDeploymentParticipation = "TenantedOrUntenanted" })).ShouldBeRefused(403, "AccountEdit");
    }

    [Fact]
    public async Task Who_has_no_role_for_accounts_is_refused_before_the_body_is_looked_at()
    {
        var (account, caller) = (await server.AddAccountAsync(Type), await server.AddCallerAsync("userroles-projectviewer@Spaces-1"));
        foreach (var (method, path, permission) in new[]
        {
            ("GET", "", "AccountView"), ("GET", $"/{account.Id}", "AccountView"), ("POST", "", "AccountCreate"), ("PUT", $"/{account.Id}", "AccountView"), ("DELETE", $"/{account.Id}", "AccountView"),
            ("POST", "/subject-preview", "AccountCreate"), ("POST", $"/{account.Id}/token", "AccountView"),
        })
        {
            (await caller.Client.SendAsync(method, TestAccounts.Accounts + path, method is "GET" or "DELETE" ? null : new { Name = "" })).ShouldBeRefused(403, permission);
        }
    }
}
