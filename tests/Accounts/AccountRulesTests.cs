using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>What an account may not be made with, each with its sentence; and nothing is made.</summary>
public sealed class AccountRulesTests(OidcServer fixture) : IClassFixture<OidcServer>
{
    private const string Aws = "AmazonWebServicesOidcAccount", Azure = "AzureOidc", Google = "GoogleCloudOidcAccount", Generic = "GenericOidcAccount";

    private readonly ServerFixture server = fixture.Server;

    /// <summary>Type, the fields that are changed as JSON, and what the answer says.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { Aws, """{"RoleArn":null}""", "RoleArn is required." },
        { Aws, """{"RoleArn":"deploy"}""", "RoleArn must be the ARN of an IAM role" },
        { Aws, """{"RoleArn":"arn:aws:iam::123456789012:user/deploy"}""", "not 'arn:aws:iam::123456789012:user/deploy'" },
        { Aws, """{"RoleArn":"arn:aws:iam::12345:role/deploy"}""", "RoleArn must be" },
        { Aws, """{"RoleArn":"arn:aws:iam::123456789012:role/de ploy"}""", "RoleArn must be" },
        { Aws, """{"RoleArn":"arn:aws:iam::123456789012:role/de\tploy"}""", "control characters" },
        { Aws, """{"SessionDuration":"899"}""", "SessionDuration must be a whole number of seconds from 900 to 43200, not '899'." },
        { Aws, """{"SessionDuration":43201}""", "not '43201'" },
        { Aws, """{"SessionDuration":"1h"}""", "not '1h'" },
        { Aws, """{"SessionDuration":{"a":1}}""", "SessionDuration must be" },
        { Aws, """{"Region":"Frankfurt"}""", "Region must be an AWS region, such as eu-central-1, not 'Frankfurt'." },
        { Aws, """{"Audience":"two words"}""", "Audience may hold only printable ASCII without spaces" },
        { Azure, """{"SubscriptionNumber":"","ClientId":"x","TenantId":"contoso.onmicrosoft.com"}""", "SubscriptionNumber is required.\nClientId must be the Application (client) Id, such as 11111111-2222-3333-4444-555555555555, not 'x'.\nTenantId must be the Directory (tenant) Id" },
        { Azure, """{"AzureEnvironment":"AzureMoonCloud"}""", "AzureEnvironment must be AzureCloud, AzureUSGovernment, AzureChinaCloud, not 'AzureMoonCloud'." },
        { Azure, """{"ActiveDirectoryEndpointBaseUri":"http://login.example.com"}""", "ActiveDirectoryEndpointBaseUri must be an https URL" },
        { Azure, """{"ResourceManagementEndpointBaseUri":"https://me:pw@management.example.com"}""", "ResourceManagementEndpointBaseUri must be an https URL without query, fragment or user" },
        { Google, """{"Audience":null}""", "Audience is required." },
        { Google, """{"Audience":"https://iam.googleapis.com/projects/shop-1/locations/global/workloadIdentityPools/octologin/providers/deploy"}""", "with the project's number and not its Id" },
        { Google, """{"Audience":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/octologin/providers/deploy"}""", "Audience must be https://iam.googleapis.com/projects/NUMBER/" },
        { Google, """{"TokenLifetimeSeconds":"599"}""", "TokenLifetimeSeconds must be a whole number of seconds from 600 to 43200, not '599'." },
        { Google, """{"ImpersonatedServiceAccount":"me@gmail.com"}""", "ImpersonatedServiceAccount must be the e-mail address of a Google service account" },
        { Google, """{"ImpersonatedServiceAccount":"deploy@evil.com/x.gserviceaccount.com"}""", "ImpersonatedServiceAccount must be" },
        { Generic, """{"DeploymentSubjectKeys":["space","target"]}""", "DeploymentSubjectKeys may not have 'target'; deployments and runbooks allow space, project group, project, runbook, tenant, environment, account, type." },
        { Generic, """{"HealthCheckSubjectKeys":["space","environment"]}""", "HealthCheckSubjectKeys may not have 'environment'; health checks allow space, account, target, type." },
        { Generic, """{"AccountTestSubjectKeys":["space","space"]}""", "AccountTestSubjectKeys has 'space' more than once" },
        { Generic, """{"AccountTestSubjectKeys":["Space",null]}""", "AccountTestSubjectKeys may not have 'Space', ''" },
        { Generic, """{"CustomClaims":{"sub":"me"}}""", "CustomClaims may not have 'sub': that claim is set by this server." },
        { Generic, """{"CustomClaims":{"AUD":"me"}}""", "CustomClaims may not have 'AUD'" },
        { Generic, """{"CustomClaims":{"a":null}}""", "CustomClaims['a'] has no value." },
        { Generic, """{"CustomClaims":{"a":{"b":1,"b":2}}}""", "CustomClaims['a'] has 'b' more than once." },
        { Generic, """{"CustomClaims":{"":"x"}}""", "a claim's name has 1 to 255 characters" },
        { Generic, """{"Name":"","Slug":"a:b","AccountType":"SshKeyPair","TenantedDeploymentParticipation":"Some"}""", "AccountType must be AmazonWebServicesOidcAccount, AzureOidc" },
        { Generic, """{"AccountType":null}""", "AccountType is required: AmazonWebServicesOidcAccount, " },
        { Generic, """{"Slug":"a:b"}""", "Slug 'a:b' may hold only a-z, 0-9 and single '-'" },
        { Generic, """{"EnvironmentIds":["Environments-999"],"TenantIds":["Tenants-999"],"TenantTags":["No/Such"]}""", "EnvironmentIds names 'Environments-999', which is not an environment of this space." },
        { "AmazonWebServicesAccount", """{"SecretKey":"in-clear"}""", "SecretKey must be a sensitive value" },
        { "AmazonWebServicesAccount", """{"AccessKey":null,"SecretKey":null}""", "AccessKey is required." },
        { "AzureServicePrincipal", """{"ClientId":"x","Password":{"HasValue":false}}""", "Password is required: send it as" },
        { "Token", """{"Token":{"HasValue":true}}""", "Token is required" },
        { "UsernamePassword", """{"Username":" "}""", "Username is required." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Is_refused_with_a_sentence_and_makes_nothing(string type, string change, string says)
    {
        var before = await server.CountAsync("accounts");
        var body = TestAccounts.Body(type).ToJsonString();
        // By hand: a JSON object of .NET cannot hold one name twice.
        var sent = $"{body[..^1]},{change[1..]}";
        using var answer = await server.Admin.PostAsync(TestAccounts.Accounts, new StringContent(sent, System.Text.Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(400, text);
        string.Join('\n', JsonNode.Parse(text)!["Errors"]!.AsArray().Select(error => error!.GetValue<string>())).ShouldContain(says);
        text.ShouldNotContain("in-clear");
        (await server.CountAsync("accounts")).ShouldBe(before);
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_told_at_once() =>
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, new
        {
            AccountType = Aws, SpaceId = "Spaces-77", EnvironmentIds = new[] { "Environments-999" }, TenantIds = new[] { "Tenants-999" }, TenantTags = new[] { "No/Such" }, TenantedDeploymentParticipation = "1",
            SessionDuration = 1, Region = "x", DeploymentSubjectKeys = new[] { "feed" }, CustomClaims = new { iss = "me" },
        })).ShouldBeRefused(400, "Name is required", "'Spaces-77'", "'Environments-999'", "'Tenants-999'", "'No/Such'", "'1'", "RoleArn is required", "SessionDuration", "Region", "'feed'", "'iss'");

    [Fact]
    public async Task Custom_claims_are_few_and_short()
    {
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body(Generic, new { CustomClaims = new { a = new string('x', 8000) } }))).ShouldBeRefused(400, "CustomClaims may have at most 8000 bytes of JSON, not 8008");
        var many = Enumerable.Range(0, 51).ToDictionary(i => $"c{i}", i => i);
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body(Generic, new { CustomClaims = many }))).ShouldBeRefused(400, "at most 50 claims, not 51");
        var deep = """{"CustomClaims":{"a":[[[[[[[[[1]]]]]]]]]}}""";
        (await server.Admin.SendAsync("POST", TestAccounts.Accounts, TestAccounts.Body(Generic, JsonNode.Parse(deep)))).ShouldBeRefused(400, "nested more than 8 deep");
    }

    [Fact]
    public async Task A_subject_that_is_too_long_already_is_refused_when_the_account_is_saved()
    {
        var slug = new string('a', 100);
        var space = await server.Admin.MakeAsync("/api/spaces", new { Name = new string('s', 40) });
        var refused = await server.Admin.SendAsync("POST", $"/api/{space.Id}/accounts", TestAccounts.Body(Generic, new { Slug = slug }));
        refused.ShouldBeRefused(400, "is 155 bytes long, and clouds take at most 127", $"longest part is 'account:{slug}' with 108 bytes");
        // Without the space it can be known only when it is used.
        (await server.Admin.SendAsync("POST", $"/api/{space.Id}/accounts", TestAccounts.Body(Generic, new { Slug = slug, AccountTestSubjectKeys = new[] { "account" }, HealthCheckSubjectKeys = new[] { "account" } }))).ShouldBe(201);
    }

    [Theory]
    [InlineData("acme:environment:production")]
    [InlineData("acme:type:test")]
    [InlineData("::")]
    [InlineData("аcme")]
    [InlineData("acme*")]
    public async Task A_name_with_colons_forges_no_subject(string name)
    {
        var account = await server.AddAccountAsync(Generic, new { AccountTestSubjectKeys = new[] { "space", "account" } }, $"{name} {Guid.NewGuid():N}");
        account["Slug"].ShouldMatch("^[a-z0-9-]+$");
        var (project, environment) = (await server.AddProjectAsync($"{name} {Guid.NewGuid():N}"), await server.AddEnvironmentAsync($"{name} {Guid.NewGuid():N}"));
        var preview = await server.Admin.SeeAsync($"{TestAccounts.Accounts}/{account.Id}/subject-preview?project={project.Id}&environment={environment.Id}");
        preview["Subject"].Split(':').ShouldBe(["space", "default", "project", project["Slug"], "environment", environment["Slug"]]);
        foreach (var (path, id) in new[] { ("accounts", account.Id), ("projects", project.Id), ("environments", environment.Id) })
        {
            (await server.Admin.SendAsync("PUT", $"{Api.Space}/{path}/{id}", new { Slug = "acme:environment:production" })).ShouldBeRefused(400, "Slug 'acme:environment:production' may hold only");
        }
    }
}
