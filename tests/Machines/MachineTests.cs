using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Machines;

public sealed class MachineTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Machines = Api.Space + "/machines";

    [Fact]
    public async Task Is_made_read_changed_and_deleted_in_Octopus_shape()
    {
        await server.AddTagSetAsync("Shape", "A");
        var (dev, live, tenant) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync(), await server.AddTenantAsync());
        var account = await server.AddAccountAsync("AmazonWebServicesOidcAccount", new { TenantIds = new[] { tenant.Id }, TenantedDeploymentParticipation = "TenantedOrUntenanted" });
        var made = await server.Admin.MakeAsync(Machines, new
        {
            Name = "Cluster one", Roles = new[] { "k8s", "web", "WEB" }, EnvironmentIds = new[] { live.Id, dev.Id }, TenantIds = new[] { tenant.Id }, TenantTags = new[] { "shape/a" },
            TenantedDeploymentParticipation = "TenantedOrUntenanted", MachinePolicyId = "MachinePolicies-1", Thumbprint = "AB12", Uri = "https://k8s.example",
            Endpoint = new
            {
                CommunicationStyle = "Kubernetes", ClusterUrl = "https://k8s.example", Namespace = "shop", SkipTlsVerification = "False",
                Authentication = new { AuthenticationType = "KubernetesStandard", AccountId = account.Id },
            },
        });
        made.Json.Names().ShouldBe([
            "Id", "SpaceId", "Name", "Slug", "IsDisabled", "Roles", "EnvironmentIds", "TenantIds", "TenantTags", "TenantedDeploymentParticipation", "Endpoint",
            "MachinePolicyId", "Thumbprint", "Uri", "HealthStatus", "Status", "StatusSummary", "IsInProcess", "HasLatestCalamari"]);
        made.Id.ShouldMatch("^Machines-[0-9]+$");
        (made["Slug"], made["HealthStatus"], made["IsInProcess"], made["TenantedDeploymentParticipation"]).ShouldBe(("cluster-one", "Unknown", "False", "TenantedOrUntenanted"));
        (made["MachinePolicyId"], made["Thumbprint"], made["Uri"]).ShouldBe(("MachinePolicies-1", "AB12", "https://k8s.example"));
        made.Json.GetProperty("Roles").Strings().ShouldBe(["k8s", "web"]);
        made.Json.GetProperty("EnvironmentIds").Strings().ShouldBe([dev.Id, live.Id]);
        made.Json.GetProperty("TenantTags").Strings().ShouldBe(["Shape/A"]);
        made.Json.GetProperty("Endpoint").GetRawText().ShouldBe(
            $$$"""{"CommunicationStyle":"Kubernetes","ClusterUrl":"https://k8s.example","Namespace":"shop","SkipTlsVerification":"False","Authentication":{"AuthenticationType":"KubernetesStandard","AccountId":"{{{account.Id}}}"}}""");
        (await server.EventAsync(made)).ShouldBe(("Created", "Deployment target Cluster one was created"));
        (await server.Admin.SeeAsync($"{Machines}/cluster-one")).Text.ShouldBe(made.Text);

        // As a client does it: all that was read goes back, with a few things changed.
        var sent = JsonNode.Parse(made.Text)!;
        (sent["Name"], sent["IsDisabled"], sent["TenantIds"], sent["TenantTags"]) = ("Cluster", true, new JsonArray(), new JsonArray());
        var changed = (await server.Admin.SendAsync("PUT", $"{Machines}/{made.Id}", sent)).ShouldBe(200);
        (changed["Name"], changed["IsDisabled"], changed["Status"], changed["Endpoint"]).ShouldBe(("Cluster", "True", "Disabled", made["Endpoint"]));
        (changed.Json.GetProperty("TenantIds").GetArrayLength(), changed.Json.GetProperty("TenantTags").GetArrayLength()).ShouldBe((0, 0));
        (await server.Admin.SendAsync("PUT", $"{Machines}/{made.Id}", new { EnvironmentIds = new[] { dev.Id } })).ShouldBe(200).Json.GetProperty("EnvironmentIds").Strings().ShouldBe([dev.Id]);
        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{Machines}/{made.Id}")).ShouldBe(200))).ShouldBe(("Deleted", "Deployment target Cluster was deleted"));
        (await server.Admin.SendAsync("GET", $"{Machines}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Without_an_endpoint_it_is_a_name_and_with_tenants_it_is_theirs()
    {
        var (environment, tenant) = (await server.AddEnvironmentAsync(), await server.AddTenantAsync());
        var plain = await server.AddMachineAsync([environment.Id]);
        (plain.Json.GetProperty("Endpoint").GetProperty("CommunicationStyle").GetString(), plain["TenantedDeploymentParticipation"]).ShouldBe(("None", "Untenanted"));
        (await server.AddMachineAsync([environment.Id], tenants: [tenant.Id]))["TenantedDeploymentParticipation"].ShouldBe("Tenanted");
    }

    [Fact]
    public async Task Is_listed_by_role_environment_tenant_and_more()
    {
        await server.AddTagSetAsync("List", "A");
        var (one, two, tenant) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync(), await server.AddTenantAsync());
        var web = await server.AddMachineAsync([one.Id], "list web", roles: ["list-web"]);
        await server.AddMachineAsync([one.Id, two.Id], "list both", tenants: [tenant.Id], roles: ["list-web", "list-db"]);
        await server.AddMachineAsync([two.Id], "list tagged", tags: ["List/A"], roles: ["list-db"]);
        (await server.Admin.SendAsync("PUT", $"{Machines}/{web.Id}", new { IsDisabled = true, Thumbprint = "T1", Endpoint = new { CommunicationStyle = "Ssh" } })).ShouldBe(200);
        foreach (var (query, names) in ((string, string[])[])[
            ("partialName=LIST", ["list both", "list tagged", "list web"]), ("roles=LIST-web", ["list both", "list web"]), ("roles=list-web,list-db", ["list both", "list tagged", "list web"]),
            ($"environmentIds={two.Id}", ["list both", "list tagged"]), ($"tenantIds={tenant.Id}", ["list both"]), ("tenantTags=list/a", ["list tagged"]),
            ("partialName=list&healthStatuses=Healthy", []), ("partialName=list&healthStatuses=Unknown&isDisabled=false", ["list both", "list tagged"]),
            ("commStyles=Ssh", ["list web"]), ("thumbprint=T1", ["list web"]), ("name=List%20Web", ["list web"]), ("partialName=list&take=1&skip=1", ["list tagged"]), ($"ids={web.Id}", ["list web"])])
        {
            (await server.Admin.SeeAsync($"{Machines}?{query}")).Names().ShouldBe(names, query);
        }
        (await server.Admin.SeeAsync($"{Api.Space}/environments/{one.Id}/machines")).Names().ShouldBe(["list both", "list web"]);
        (await server.Admin.SeeAsync($"{Machines}/all")).Names().ShouldContain("list web");
        (await server.Admin.SeeAsync($"{Api.Space}/machineroles/all")).Json.Strings().ShouldContain("list-db");
        (await server.Admin.SendAsync("GET", $"{Machines}?isDisabled=perhaps")).ShouldBeRefused(400, "'perhaps'");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/environments/Environments-999/machines")).ShouldBe(404);
    }

    [Fact]
    public async Task Names_every_fault_and_makes_nothing()
    {
        var before = await server.CountAsync("machines");
        var refused = (await server.Admin.SendAsync("POST", Machines, new
        {
            Name = "", Slug = "No", SpaceId = "Spaces-77", Roles = new[] { " " }, EnvironmentIds = new[] { "Environments-999" }, TenantIds = new[] { "Tenants-999" }, TenantTags = new[] { "No/Such" },
            TenantedDeploymentParticipation = "1", Endpoint = new { ClusterUrl = "x" },
        })).ShouldBeRefused(400, "Name is required", "'No'", "'Spaces-77'", "Roles[0] is required", "'Environments-999'", "'Tenants-999'", "'No/Such'", "'1'", "CommunicationStyle");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(9);
        (await server.Admin.SendAsync("POST", Machines, new { Name = "bare" })).ShouldBeRefused(400, "Roles needs", "EnvironmentIds needs");
        (await server.CountAsync("machines")).ShouldBe(before);
        var environment = await server.AddEnvironmentAsync();
        await server.AddMachineAsync([environment.Id], "Taken");
        (await server.Admin.SendAsync("POST", Machines, new { Name = "TAKEN", Roles = new[] { "r" }, EnvironmentIds = new[] { environment.Id } })).ShouldBeRefused(409, "'TAKEN'");
    }

    [Theory]
    [InlineData("""{"CommunicationStyle":"OfflineDrop","SensitiveVariablesEncryptionPassword":{"HasValue":true,"NewValue":"hunter2"}}""", "NewValue")]
    [InlineData("""{"CommunicationStyle":"OfflineDrop","Any":[{"hasvalue":true,"newvalue":"hunter2"}]}""", "Endpoint.Any[0]")]
    [InlineData("""{"CommunicationStyle":"OfflineDrop","SensitiveVariablesEncryptionPassword":"hunter2"}""", "Endpoint.SensitiveVariablesEncryptionPassword")]
    [InlineData("""{"CommunicationStyle":"Kubernetes","Authentication":{"token":"hunter2"}}""", "Endpoint.Authentication.token")]
    [InlineData("""{"CommunicationStyle":"Ssh","Uri":"ssh://root:hunter2@host"}""", "Endpoint.Uri")]
    [InlineData("""{"CommunicationStyle":"Ssh","Host":"a\u0000b"}""", "Endpoint.Host may not hold a NUL")]
    [InlineData("""{"CommunicationStyle":"Ssh","Host":"\ud800"}""", "a text at $.Endpoint with an escape that is no character")]
    public async Task Keeps_no_secret_and_no_broken_text_in_its_endpoint(string endpoint, string where)
    {
        var environment = await server.AddEnvironmentAsync();
        var body = $$"""{"Name":"Secretive","Roles":["r"],"EnvironmentIds":["{{environment.Id}}"],"Endpoint":{{endpoint}}}""";
        using var answer = await server.Admin.PostAsync(Machines, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(400, text);
        text.ShouldContain(where);
        text.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("""{"CommunicationStyle":"Kubernetes","Authentication":{"TokenPath":"/var/run/token"}}""")]
    [InlineData("""{"CommunicationStyle":"OfflineDrop","SensitiveVariablesEncryptionPassword":{"HasValue":false,"NewValue":null}}""")]
    [InlineData("""{"CommunicationStyle":"OfflineDrop","SensitiveVariablesEncryptionPassword":null}""")]
    public async Task Keeps_what_only_looks_like_a_secret(string endpoint)
    {
        var environment = await server.AddEnvironmentAsync();
        var body = new JsonObject { ["Name"] = Tenancy.Unique("plain"), ["Roles"] = new JsonArray("r"), ["EnvironmentIds"] = new JsonArray(environment.Id), ["Endpoint"] = JsonNode.Parse(endpoint) };
        (await server.Admin.MakeAsync(Machines, body)).Json.GetProperty("Endpoint").GetRawText().ShouldBe(endpoint);
    }

    [Fact]
    public async Task Its_environment_and_tenant_are_not_deleted_before_it_lets_go()
    {
        var (environment, tenant) = (await server.AddEnvironmentAsync("Machine env"), await server.AddTenantAsync("Machine tenant"));
        var machine = await server.AddMachineAsync([environment.Id], "Keeper", tenants: [tenant.Id]);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBeRefused(409, "'Machine env'", "deployment target 'Keeper'");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/tenants/{tenant.Id}")).ShouldBeRefused(409, "'Machine tenant'", "'Keeper'");
        (await server.Admin.SendAsync("DELETE", $"{Machines}/{machine.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Is_not_seen_from_another_space_nor_made_across()
    {
        var space = await server.AddSpaceAsync();
        var environment = await server.AddEnvironmentAsync();
        var machine = await server.AddMachineAsync([environment.Id]);
        (await server.Admin.SendAsync("GET", $"/api/{space}/machines/{machine.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("PUT", $"/api/{space}/machines/{machine.Id}", new { Name = "x" })).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/machines/{machine.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"/api/{space}/machines", new { Name = "x", Roles = new[] { "r" }, EnvironmentIds = new[] { environment.Id } })).ShouldBeRefused(400, environment.Id);
    }
}
