using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

public sealed class AccountTests(OidcServer fixture) : IClassFixture<OidcServer>
{
    private static readonly string[] Common = ["Id", "SpaceId", "Name", "Slug", "Description", "AccountType", "EnvironmentIds", "TenantedDeploymentParticipation", "TenantIds", "TenantTags"];
    private static readonly string[] Oidc = ["DeploymentSubjectKeys", "HealthCheckSubjectKeys", "AccountTestSubjectKeys", "CustomClaims"];

    private readonly ServerFixture server = fixture.Server;

    /// <summary>Type, its fields in the answer, and of those that were not sent what they are.</summary>
    public static TheoryData<string, string[], string> Shapes => new()
    {
        { "AmazonWebServicesOidcAccount", [.. Common, "RoleArn", "SessionDuration", .. Oidc], """{"SessionDuration":"3600"}""" },
        { "AzureOidc", [.. Common, "SubscriptionNumber", "ClientId", "TenantId", "AzureEnvironment", "Audience", .. Oidc], """{"AzureEnvironment":"AzureCloud","Audience":"api://AzureADTokenExchange"}""" },
        { "GoogleCloudOidcAccount", [.. Common, "TokenLifetimeSeconds", "Audience", .. Oidc], """{"TokenLifetimeSeconds":"3600"}""" },
        { "GenericOidcAccount", [.. Common, "Audience", .. Oidc], """{"Audience":"api://default"}""" },
        { "AmazonWebServicesAccount", [.. Common, "AccessKey", "SecretKey"], """{"SecretKey":{"HasValue":true}}""" },
        { "AzureServicePrincipal", [.. Common, "SubscriptionNumber", "ClientId", "TenantId", "AzureEnvironment", "Password"], """{"Password":{"HasValue":true}}""" },
        { "Token", [.. Common, "Token"], """{"Token":{"HasValue":true}}""" },
        { "UsernamePassword", [.. Common, "Username", "Password"], """{"Username":"deploy","Password":{"HasValue":true}}""" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Each_type_is_made_read_and_kept_when_it_is_sent_back_in_the_shape_that_clients_send(string type, string[] properties, string defaults)
    {
        var made = await server.AddAccountAsync(type, name: $"Shape {type}");
        made.Json.Names().ShouldBe(properties);
        made.Id.ShouldMatch("^Accounts-[0-9]+$");
        (made["SpaceId"], made["Slug"], made["AccountType"], made["TenantedDeploymentParticipation"]).ShouldBe(("Spaces-1", $"shape-{type.ToLowerInvariant()}", type, "Untenanted"));
        foreach (var (name, value) in JsonNode.Parse(defaults)!.AsObject())
        {
            made.Json.GetProperty(name).GetRawText().ShouldBe(value!.ToJsonString());
        }
        (await server.EventAsync(made)).ShouldBe(("Created", $"Account Shape {type} was created"));
        (await server.Admin.SeeAsync($"{TestAccounts.Accounts}/{made["Slug"]}")).Text.ShouldBe(made.Text);
        // As clients do it: all that was read goes back.
        (await server.Admin.SendAsync("PUT", $"{TestAccounts.Accounts}/{made.Id}", made.Json)).ShouldBe(200).Text.ShouldBe(made.Text);
        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{TestAccounts.Accounts}/{made.Id}")).ShouldBe(200))).ShouldBe(("Deleted", $"Account Shape {type} was deleted"));
        (await server.Admin.SendAsync("GET", $"{TestAccounts.Accounts}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Keeps_every_field_that_a_client_sends()
    {
        await server.AddTagSetAsync("Kept", "A");
        var (environment, tenant) = (await server.AddEnvironmentAsync(), await server.AddTenantAsync());
        var common = new
        {
            Slug = "kept-here", Description = "for\nall", EnvironmentIds = new[] { environment.Id }, TenantIds = new[] { tenant.Id }, TenantTags = new[] { "kept/a" },
            DeploymentSubjectKeys = new[] { "type", "space", "project group" }, HealthCheckSubjectKeys = new[] { "space", "target" }, AccountTestSubjectKeys = new[] { "type" },
            CustomClaims = new Dictionary<string, object> { ["team"] = "#{Octopus.Project.Name}", ["level"] = 3 },
            RoleArn = "arn:aws-cn:iam::123456789012:role/ci/deploy", SessionDuration = "43200", Region = "cn-north-1", Audience = "sts.amazonaws.com.cn",
        };
        var made = await server.AddAccountAsync("AmazonWebServicesOidcAccount", common);
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(common, OctoLogin.Http.Json.Options)!.AsObject().Where(field => field.Key != "TenantTags"))
        {
            made.Json.GetProperty(name).GetRawText().ShouldBe(value!.ToJsonString(OctoLogin.Http.Json.Options), name);
        }
        made.Json.GetProperty("TenantTags").Strings().ShouldBe(["Kept/A"]);
        made["TenantedDeploymentParticipation"].ShouldBe("Tenanted");
        var google = await server.AddAccountAsync("GoogleCloudOidcAccount", new { TokenLifetimeSeconds = 600, ImpersonatedServiceAccount = "deploy@shop-1.iam.gserviceaccount.com" });
        (google["TokenLifetimeSeconds"], google["ImpersonatedServiceAccount"]).ShouldBe(("600", "deploy@shop-1.iam.gserviceaccount.com"));
        var azure = await server.AddAccountAsync("AzureOidc", new { AzureEnvironment = "AzureChinaCloud", ActiveDirectoryEndpointBaseUri = "https://login.chinacloudapi.cn/", ResourceManagementEndpointBaseUri = "https://management.chinacloudapi.cn/" });
        (azure["Audience"], azure["ActiveDirectoryEndpointBaseUri"]).ShouldBe(("api://AzureADTokenExchangeChina", "https://login.chinacloudapi.cn/"));
    }

    [Fact]
    public async Task A_body_with_its_type_is_the_whole_account_and_one_without_takes_no_limit_away()
    {
        var environment = await server.AddEnvironmentAsync();
        var made = await server.AddAccountAsync("AmazonWebServicesOidcAccount", new { EnvironmentIds = new[] { environment.Id }, Region = "eu-west-1", CustomClaims = new { a = "b" } });
        var path = $"{TestAccounts.Accounts}/{made.Id}";
        var changed = (await server.Admin.SendAsync("PUT", path, new { Description = "changed" })).ShouldBe(200);
        (changed["Description"], changed["Region"], changed["RoleArn"]).ShouldBe(("changed", "eu-west-1", "arn:aws:iam::123456789012:role/deploy"));
        changed.Json.GetProperty("EnvironmentIds").Strings().ShouldBe([environment.Id]);
        // Clients leave out what is empty.
        var whole = (await server.Admin.SendAsync("PUT", path, new { Name = made["Name"], AccountType = "AmazonWebServicesOidcAccount", RoleArn = made["RoleArn"] })).ShouldBe(200);
        (whole.Json.GetProperty("EnvironmentIds").GetArrayLength(), whole.Json.TryGetProperty("Region", out _), whole.Json.GetProperty("CustomClaims").GetRawText()).ShouldBe((0, false, "{}"));
        (await server.Admin.SendAsync("PUT", path, new { AccountType = "AzureOidc", Name = "x" })).ShouldBeRefused(400, "AccountType is AmazonWebServicesOidcAccount and stays so");
    }

    [Fact]
    public async Task Is_listed_by_type_name_and_Id()
    {
        var (aws, azure) = (await server.AddAccountAsync("AmazonWebServicesOidcAccount", name: "list aws"), await server.AddAccountAsync("AzureOidc", name: "list azure"));
        await server.AddAccountAsync("Token", name: "list token");
        foreach (var (query, names) in ((string, string[])[])[
            ("partialName=LIST", ["list aws", "list azure", "list token"]), ("partialName=list&accountType=AzureOidc", ["list azure"]), ("partialName=list&accountType=token,azureoidc", ["list azure", "list token"]),
            ($"ids={aws.Id},{azure.Id}", ["list aws", "list azure"]), ("partialName=list&take=1&skip=1", ["list azure"])])
        {
            (await server.Admin.SeeAsync($"{TestAccounts.Accounts}?{query}")).Names().ShouldBe(names, query);
        }
        (await server.Admin.SeeAsync($"{TestAccounts.Accounts}/all")).Names().ShouldContain("list token");
        (await server.Admin.SendAsync("GET", $"{TestAccounts.Accounts}?accountType=SshKeyPair")).ShouldBeRefused(400, "'SshKeyPair'");
    }

    [Fact]
    public async Task Two_have_neither_one_name_nor_one_slug()
    {
        var first = await server.AddAccountAsync("GenericOidcAccount", name: "Same name");
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body("GenericOidcAccount", name: "SAME NAME"))).ShouldBeRefused(409, "'SAME NAME'");
        var second = await server.AddAccountAsync("GenericOidcAccount", name: "Same:name");
        (first["Slug"], second["Slug"]).ShouldBe(("same-name", "same-name-2"));
        (await server.Admin.SendAsync("PUT", $"{TestAccounts.Accounts}/{second.Id}", new { Slug = "same-name" })).ShouldBeRefused(409, "'same-name'");
    }

    [Fact]
    public async Task Is_not_seen_from_another_space_nor_made_across()
    {
        var (space, environment) = (await server.AddSpaceAsync(), await server.AddEnvironmentAsync());
        var account = await server.AddAccountAsync("GenericOidcAccount");
        foreach (var (method, path) in new[] { ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/usages"), ("GET", "/subject-preview"), ("POST", "/token") })
        {
            (await server.Admin.SendAsync(method, $"/api/{space}/accounts/{account.Id}{path}", method == "GET" ? null : new { })).ShouldBe(404);
        }
        (await server.Admin.SendAsync("POST", $"/api/{space}/accounts", TestAccounts.Body("GenericOidcAccount", new { EnvironmentIds = new[] { environment.Id } }))).ShouldBeRefused(400, environment.Id);
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body("GenericOidcAccount", new { SpaceId = space }))).ShouldBeRefused(400, "SpaceId");
        (await server.Admin.SeeAsync($"/api/{space}/accounts")).Names().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_limits_it_is_not_deleted_before_it_lets_go()
    {
        await server.AddTagSetAsync("Limit", "A");
        var (environment, tenant) = (await server.AddEnvironmentAsync("Account env"), await server.AddTenantAsync("Account tenant"));
        var account = await server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { environment.Id }, TenantIds = new[] { tenant.Id }, TenantTags = new[] { "Limit/A" } }, "Keeper");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBeRefused(409, "'Account env'", "account 'Keeper'");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/tenants/{tenant.Id}")).ShouldBeRefused(409, "'Account tenant'", "account 'Keeper'");
        var set = (await server.Admin.SeeAsync($"{Api.Space}/tagsets?partialName=Limit")).Json.GetProperty("Items")[0].GetProperty("Id").GetString();
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/tagsets/{set}", new { Name = "Limit", Tags = Array.Empty<object>() })).ShouldBeRefused(409, "account Keeper");
        (await server.Admin.SendAsync("DELETE", $"{TestAccounts.Accounts}/{account.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBe(200);
    }
}
