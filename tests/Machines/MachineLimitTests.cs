using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Machines;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Machines;

/// <summary>Roles limited by environment and tenant, and which targets a deployment takes.</summary>
public sealed class MachineLimitTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Machines = Api.Space + "/machines";
    private const string Manager = "userroles-environmentmanager";

    [Fact]
    public async Task A_role_for_one_environment_sees_what_is_there_and_changes_what_is_there_alone()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (here, both, there) = (await server.AddMachineAsync([mine.Id], "here"), await server.AddMachineAsync([mine.Id, other.Id], "both"), await server.AddMachineAsync([other.Id], "there"));
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, Manager, environments: [mine.Id]);
        var client = caller.Client;
        (await client.SeeAsync($"{Machines}/all")).Names().ShouldBe(["both", "here"]);
        var page = await client.SeeAsync($"{Machines}?take=1&skip=1");
        page.Names().ShouldBe(["here"]);
        (page["TotalResults"], page["NumberOfPages"]).ShouldBe(("2", "2"));
        (await client.SendAsync("GET", $"{Machines}/{there.Id}")).ShouldBe(404);
        (await client.SendAsync("GET", $"{Api.Space}/environments/{other.Id}/machines")).ShouldBe(404);
        (await client.SendAsync("PUT", $"{Machines}/{here.Id}", new { IsDisabled = true })).ShouldBe(200);
        (await client.SendAsync("PUT", $"{Machines}/{both.Id}", new { IsDisabled = true })).ShouldBeRefused(403, "MachineEdit");
        (await client.SendAsync("DELETE", $"{Machines}/{both.Id}")).ShouldBeRefused(403, "MachineDelete");
        (await client.SendAsync("PUT", $"{Machines}/{there.Id}", new { IsDisabled = true })).ShouldBe(404);
        (await client.SendAsync("PUT", $"{Machines}/{here.Id}", new { EnvironmentIds = new[] { mine.Id, other.Id } })).ShouldBeRefused(403, "MachineEdit");
        (await client.SendAsync("POST", Machines, new { Name = "new", Roles = new[] { "r" }, EnvironmentIds = new[] { other.Id } })).ShouldBeRefused(403, "MachineCreate");
        (await client.SendAsync("POST", Machines, new { Name = "new", Roles = new[] { "r" }, EnvironmentIds = new[] { mine.Id } })).ShouldBe(201);
        (await client.SendAsync("DELETE", $"{Machines}/{here.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Limits_by_environment_and_tenant_hold_together()
    {
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (tenant, another) = (await server.AddTenantAsync(), await server.AddTenantAsync());
        var good = await server.AddMachineAsync([mine.Id], "good", [tenant.Id]);
        await server.AddMachineAsync([mine.Id], "another's", [another.Id]);
        await server.AddMachineAsync([other.Id], "elsewhere", [tenant.Id]);
        await server.AddMachineAsync([mine.Id], "nobody's");
        var shared = await server.AddMachineAsync([mine.Id], "shared", [tenant.Id, another.Id]);
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, Manager, environments: [mine.Id], tenants: [tenant.Id]);
        (await caller.Client.SeeAsync(Machines)).Names().ShouldBe(["good", "shared"]);
        (await caller.Client.SendAsync("PUT", $"{Machines}/{good.Id}", new { IsDisabled = true, TenantIds = new[] { tenant.Id } })).ShouldBe(200);
        (await caller.Client.SendAsync("PUT", $"{Machines}/{shared.Id}", new { IsDisabled = true })).ShouldBeRefused(403);
        (await caller.Client.SendAsync("PUT", $"{Machines}/{good.Id}", new { TenantIds = new[] { tenant.Id }, TenantedDeploymentParticipation = "TenantedOrUntenanted" })).ShouldBeRefused(403);
        (await caller.Client.SendAsync("PUT", $"{Machines}/{good.Id}", new { })).ShouldBeRefused(403);
    }

    [Fact]
    public async Task A_viewer_changes_nothing()
    {
        var environment = await server.AddEnvironmentAsync();
        var machine = await server.AddMachineAsync([environment.Id]);
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        (await viewer.Client.SeeAsync($"{Machines}/{machine.Id}")).Id.ShouldBe(machine.Id);
        (await viewer.Client.SendAsync("PUT", $"{Machines}/{machine.Id}", new { })).ShouldBeRefused(403, "MachineEdit");
        (await viewer.Client.SendAsync("DELETE", $"{Machines}/{machine.Id}")).ShouldBeRefused(403, "MachineDelete");
        (await viewer.Client.SendAsync("POST", Machines, new { })).ShouldBeRefused(403, "MachineCreate");
    }

    [Fact]
    public async Task A_deployment_takes_enabled_targets_of_its_environment_roles_and_tenant()
    {
        await server.AddTagSetAsync("Pick", "Early", "Late");
        var (environment, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var (tenant, another) = (await server.AddTenantAsync(tags: ["Pick/Early"]), await server.AddTenantAsync(tags: ["Pick/Late"]));
        await server.AddMachineAsync([environment.Id], "open web", roles: ["Web"]);
        await server.AddMachineAsync([environment.Id], "open db", roles: ["db"]);
        await server.AddMachineAsync([other.Id], "in another environment");
        await server.AddMachineAsync([environment.Id], "tenant's", [tenant.Id]);
        await server.AddMachineAsync([environment.Id], "tagged", tags: ["Pick/Early"]);
        var shared = await server.AddMachineAsync([environment.Id], "for both", [another.Id]);
        (await server.Admin.SendAsync("PUT", $"{Machines}/{shared.Id}", new { TenantIds = new[] { another.Id }, TenantedDeploymentParticipation = "TenantedOrUntenanted" })).ShouldBe(200);
        var off = await server.AddMachineAsync([environment.Id], "off");
        (await server.Admin.SendAsync("PUT", $"{Machines}/{off.Id}", new { IsDisabled = true })).ShouldBe(200);

        (await PickAsync(null, [], "web")).ShouldBe(["for both", "open web"]);
        (await PickAsync(null, [])).ShouldBe(["for both", "open db", "open web"]);
        (await PickAsync(tenant.Id, ["Pick/Early"], "web")).ShouldBe(["tagged", "tenant's"]);
        (await PickAsync(another.Id, ["Pick/Late"], "WEB", "db")).ShouldBe(["for both"]);
        (await PickAsync(another.Id, ["Pick/Late"], "cache")).ShouldBeEmpty();

        async Task<string[]> PickAsync(string? tenantId, string[] tags, params string[] roles) =>
            [.. (await server.Services.GetRequiredService<MachineStore>().ForDeploymentAsync("Spaces-1", environment.Id, tenantId, tags, roles, default)).Select(machine => machine.Name)];
    }
}
