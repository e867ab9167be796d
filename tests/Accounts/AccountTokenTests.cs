using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>ID tokens for tools that ask by themselves.</summary>
public sealed class AccountTokenTests(OidcServer fixture) : IClassFixture<OidcServer>
{
    private readonly ServerFixture server = fixture.Server;

    [Fact]
    public async Task A_tool_gets_the_token_that_a_deployment_there_would_get()
    {
        var (project, environment, tenant) = await PlaceAsync();
        var account = await server.AddAccountAsync("AmazonWebServicesOidcAccount", new
        {
            TenantIds = new[] { tenant.Id }, DeploymentSubjectKeys = new[] { "space", "project group", "project", "environment", "account", "type" },
            CustomClaims = JsonNode.Parse("""{"https://aws.amazon.com/tags":{"principal_tags":{"project":["#{Octopus.Project.Name}"],"tenant":["#{Octopus.Deployment.Tenant.Name}"]}}}"""),
        });
        var answer = await TakeAsync(server.Admin, account, new { ProjectName = project["Name"], EnvironmentName = environment["Name"], TenantId = tenant.Id });
        answer.ShouldBe(200).Json.Names().ShouldBe(["Token", "Subject", "Audience", "Issuer", "ExpiresAt"]);
        var subject = $"space:default:project group:default:project:{project["Slug"]}:environment:{environment["Slug"]}:account:{account["Slug"]}:type:deployment";
        (answer["Subject"], answer["Audience"], answer["Issuer"]).ShouldBe((subject, "deploy.example.com", OidcServer.Issuer));
        var claims = await VerifyAsync(answer["Token"], "deploy.example.com");
        claims.EnumerateObject().Select(claim => claim.Name).ShouldBe(["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "https://aws.amazon.com/tags"]);
        (claims.GetProperty("iss").GetString(), claims.GetProperty("sub").GetString(), claims.GetProperty("aud").GetString()).ShouldBe((OidcServer.Issuer, subject, "deploy.example.com"));
        (claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64(), claims.GetProperty("iat").GetInt64() - claims.GetProperty("nbf").GetInt64()).ShouldBe((600, 0));
        DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()).ShouldBe(answer.Json.GetProperty("ExpiresAt").GetDateTimeOffset());
        claims.GetProperty("https://aws.amazon.com/tags").GetRawText().ShouldBe($$$"""{"principal_tags":{"project":["{{{project["Name"]}}}"],"tenant":["{{{tenant["Name"]}}}"]}}""");
    }

    [Fact]
    public async Task A_runbook_gives_the_runbooks_subject()
    {
        var (project, environment, _) = await PlaceAsync();
        await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Restart" });
        var account = await server.AddAccountAsync("GenericOidcAccount", new { DeploymentSubjectKeys = new[] { "space", "project", "runbook", "type" }, Audience = "vault" });
        var answer = await TakeAsync(server.Admin, account, new { ProjectId = project.Id, EnvironmentId = environment.Id, RunbookId = "restart" });
        answer.ShouldBe(200)["Subject"].ShouldBe($"space:default:project:{project["Slug"]}:runbook:restart:type:runbook");
        await VerifyAsync(answer["Token"], "vault");
        (await TakeAsync(server.Admin, account, new { ProjectId = project.Id, EnvironmentId = environment.Id, RunbookId = "none" })).ShouldBeRefused(400, $"Project '{project["Name"]}' has no runbook 'none'");
    }

    [Fact]
    public async Task A_token_for_one_audience_is_refused_at_anothers_and_by_the_server_itself()
    {
        var (project, environment, _) = await PlaceAsync();
        var account = await server.AddAccountAsync("GenericOidcAccount", new { Audience = "vault" });
        var token = (await TakeAsync(server.Admin, account, new { ProjectId = project.Id, EnvironmentId = environment.Id, Audience = "deploy.example.com" })).ShouldBe(200);
        token["Audience"].ShouldBe("vault");
        await Should.ThrowAsync<SecurityTokenInvalidAudienceException>(() => VerifyAsync(token["Token"], "deploy.example.com"));
        using var asCaller = server.ClientWithToken(token["Token"]);
        (await asCaller.SendAsync("GET", "/api/users/me")).ShouldBe(401);
    }

    [Fact]
    public async Task Is_audited_without_the_token_which_is_written_down_nowhere()
    {
        var (project, environment, _) = await PlaceAsync();
        var account = await server.AddAccountAsync("GenericOidcAccount", new { Audience = "vault" }, "Written nowhere");
        using var response = await server.Admin.PostAsync($"{TestAccounts.Accounts}/{account.Id}/token", new StringContent(
            $$"""{"ProjectId":"{{project.Id}}","EnvironmentId":"{{environment.Id}}"}""", System.Text.Encoding.UTF8, "application/json"));
        response.Headers.CacheControl!.ToString().ShouldBe("no-store");
        var answer = new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.GetValues("X-Correlation-Id").Single()).ShouldBe(200);
        (await server.EventAsync(answer)).ShouldBe(("TokenIssued", $"An ID token of account Written nowhere for {project["Name"]} in {environment["Name"]} was taken"));
        var details = JsonDocument.Parse((await server.EventsAsync(answer.CorrelationId)).Single().Details).RootElement;
        (details.GetProperty("Subject").GetString(), details.GetProperty("Audience").GetString()).ShouldBe((answer["Subject"], "vault"));
        var dump = await server.DumpAsync();
        dump.ShouldContain(answer["Subject"]);
        var (token, log) = (answer["Token"], string.Join('\n', server.Log.Lines));
        foreach (var part in token.Split('.').Skip(1).Append(token))
        {
            dump.Contains(part, StringComparison.Ordinal).ShouldBeFalse();
            log.Contains(part, StringComparison.Ordinal).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Where_the_account_may_not_be_used_no_token_comes_to_be()
    {
        var (project, environment, tenant) = await PlaceAsync();
        var elsewhere = await server.AddEnvironmentAsync();
        var ofElsewhere = await server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { elsewhere.Id } }, "Of elsewhere");
        var ofTenant = await server.AddAccountAsync("GenericOidcAccount", new { TenantIds = new[] { tenant.Id } }, "Of the tenant");
        var untenanted = await server.AddAccountAsync("GenericOidcAccount", name: "Of no tenant");
        foreach (var (account, tenantId, name) in new[] { (ofElsewhere, null, "Of elsewhere"), (ofTenant, null, "Of the tenant"), (untenanted, tenant.Id, "Of no tenant") })
        {
            var refused = await TakeAsync(server.Admin, account, new { ProjectId = project.Id, EnvironmentId = environment.Id, TenantId = tenantId });
            refused.ShouldBeRefused(400, $"Account '{name}' may not be used in {environment["Name"]}");
            (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();
        }
        (await TakeAsync(server.Admin, ofTenant, new { ProjectId = project.Id, EnvironmentId = environment.Id, TenantId = tenant.Id })).ShouldBe(200);
        (await TakeAsync(server.Admin, untenanted, new { })).ShouldBeRefused(400, "ProjectName is required");
        (await TakeAsync(server.Admin, untenanted, new { ProjectId = "none", EnvironmentId = environment.Id })).ShouldBeRefused(400, "There is no project 'none'");
        (await TakeAsync(server.Admin, untenanted, new { ProjectId = project.Id, EnvironmentId = "none" })).ShouldBeRefused(400, "There is no environment 'none'");
        (await TakeAsync(server.Admin, untenanted, new { ProjectId = project.Id, EnvironmentId = environment.Id, TenantId = "none" })).ShouldBeRefused(400, "There is no tenant 'none'");
        // Not connected to the project there.
        (await TakeAsync(server.Admin, untenanted, new { ProjectId = project.Id, EnvironmentId = elsewhere.Id, TenantId = tenant.Id })).ShouldBeRefused(400, "is not connected to environment");
    }

    [Fact]
    public async Task Who_may_deploy_may_not_by_that_take_tokens_and_who_may_take_them_takes_them_within_their_limits()
    {
        var (project, environment, _) = await PlaceAsync();
        var other = await server.AddProjectAsync();
        var account = await server.AddAccountAsync("GenericOidcAccount", new { EnvironmentIds = new[] { environment.Id } });
        var caller = await server.AddCallerAsync("userroles-projectdeployer@Spaces-1");
        var body = new { ProjectId = project.Id, EnvironmentId = environment.Id };
        (await TakeAsync(caller.Client, account, body)).ShouldBeRefused(403, "AccountView");
        await server.GiveRoleAsync(caller.TeamId, await server.AddRoleAsync(space: ["AccountView"]), "Spaces-1");
        (await TakeAsync(caller.Client, account, body)).ShouldBeRefused(403, "AccountTokenCreate");
        await server.GiveLimitedRoleAsync(caller.Id, await server.AddRoleAsync(space: ["AccountTokenCreate"]), projects: [project.Id], environments: [environment.Id]);
        (await TakeAsync(caller.Client, account, body)).ShouldBe(200);
        (await TakeAsync(caller.Client, account, new { ProjectId = other.Id, EnvironmentId = environment.Id })).ShouldBeRefused(403, "AccountTokenCreate");
        // That permission alone is none to see the account.
        var blind = await server.AddCallerAsync();
        await server.GiveRoleAsync(blind.TeamId, await server.AddRoleAsync(space: ["AccountTokenCreate", "ProjectView", "EnvironmentView"]), "Spaces-1");
        (await TakeAsync(blind.Client, account, body)).ShouldBeRefused(403, "AccountView");
    }

    [Fact]
    public async Task A_subject_that_is_too_long_and_a_claim_without_its_variable_make_no_token()
    {
        var (project, environment, _) = await PlaceAsync();
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { Slug = new string('p', 100) })).ShouldBe(200);
        var (plain, claiming) = (await server.AddAccountAsync("GenericOidcAccount"), await server.AddAccountAsync("GenericOidcAccount", new { DeploymentSubjectKeys = new[] { "space" }, CustomClaims = new { a = "#{Password}" } }));
        (await TakeAsync(server.Admin, plain, new { ProjectId = project.Id, EnvironmentId = environment.Id })).ShouldBeRefused(400, "clouds take at most 127", "longest part is 'project:pppp");
        (await TakeAsync(server.Admin, claiming, new { ProjectId = project.Id, EnvironmentId = environment.Id })).ShouldBeRefused(400, "needs the variable 'Password', which has no value here");
    }

    [Fact]
    public async Task Without_a_ServerUri_that_clouds_take_there_is_no_token_for_a_cloud()
    {
        await using var plain = new ServerFixture();
        await plain.InitializeAsync();
        var (project, environment) = (await plain.AddProjectAsync(), await plain.AddEnvironmentAsync());
        var (cloud, generic) = (await plain.AddAccountAsync("AzureOidc"), await plain.AddAccountAsync("GenericOidcAccount"));
        var body = new { ProjectId = project.Id, EnvironmentId = environment.Id };
        (await TakeAsync(plain.Admin, cloud, body)).ShouldBeRefused(400, "which is not https; clouds trust an issuer only by an https URL");
        (await TakeAsync(plain.Admin, generic, body)).ShouldBe(200);
        (await plain.Admin.SeeAsync($"{TestAccounts.Accounts}/{cloud.Id}/subject-preview"))["Fault"].ShouldContain("which is not https");
    }

    private static Task<ApiAnswer> TakeAsync(HttpClient client, ApiAnswer account, object body) => client.SendAsync("POST", $"{TestAccounts.Accounts}/{account.Id}/token", body);

    private async Task<(ApiAnswer Project, ApiAnswer Environment, ApiAnswer Tenant)> PlaceAsync()
    {
        var (project, environment) = (await server.AddTenantedProjectAsync(Tenancy.Unique("shop")), await server.AddEnvironmentAsync());
        return (project, environment, await server.AddTenantAsync(projects: new Dictionary<string, string[]> { [project.Id] = [environment.Id] }));
    }

    /// <summary>As a relying party does, with the keys that we publish; the claims.</summary>
    private async Task<JsonElement> VerifyAsync(string token, string audience)
    {
        var keys = new JsonWebKeySet(await server.Anonymous.GetStringAsync("/.well-known/jwks"));
        var result = new JsonWebTokenHandler().ValidateToken(token, new TokenValidationParameters
        {
            ValidIssuer = OidcServer.Issuer, ValidAudience = audience, IssuerSigningKeys = keys.GetSigningKeys(), ClockSkew = TimeSpan.Zero, RequireSignedTokens = true, RequireExpirationTime = true,
        });
        if (!result.IsValid)
        {
            throw result.Exception;
        }
        var parts = token.Split('.');
        var header = JsonDocument.Parse(Base64UrlEncoder.Decode(parts[0])).RootElement;
        (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()).ShouldBe(("RS256", "JWT"));
        return JsonDocument.Parse(Base64UrlEncoder.Decode(parts[1])).RootElement;
    }
}
