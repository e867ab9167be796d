using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using OctoLogin.AccountTokens;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>What "this account, this project, this environment" gives, and the trust policy to copy.</summary>
public sealed class SubjectPreviewTests(OidcServer fixture) : IClassFixture<OidcServer>
{
    private readonly ServerFixture server = fixture.Server;

    [Fact]
    public async Task Says_the_subject_its_length_audience_issuer_claims_and_each_keys_slug()
    {
        var (project, environment) = (await server.AddProjectAsync("Deploy Web App"), await server.AddEnvironmentAsync("Production EU"));
        await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Restart" });
        await server.AddAccountAsync("AmazonWebServicesOidcAccount", new
        {
            DeploymentSubjectKeys = new[] { "space", "project", "runbook", "type" }, CustomClaims = new { team = "#{Octopus.Project.Name}", level = 3 },
        }, "Preview aws");
        var path = $"{TestAccounts.Accounts}/preview-aws/subject-preview?project=deploy%20web%20app";
        var preview = await server.Admin.SeeAsync($"{path}&environment={environment.Id}");
        // The contract's example.
        preview["Subject"].ShouldBe("space:default:project:deploy-web-app:type:deployment");
        (preview["Use"], preview["Bytes"], preview["MostBytes"], preview["Issuer"], preview["Audience"], preview["Fault"]).ShouldBe(("Deployment", "52", "127", OidcServer.Issuer, "deploy.example.com", ""));
        preview.Json.GetProperty("Keys").GetRawText().ShouldBe("""[{"Key":"space","Slug":"default"},{"Key":"project","Slug":"deploy-web-app"},{"Key":"runbook","Slug":null},{"Key":"type","Slug":"deployment"}]""");
        preview.Json.GetProperty("Claims").GetRawText().ShouldBe(
            """{"iss":"https://deploy.example.com","sub":"space:default:project:deploy-web-app:type:deployment","aud":"deploy.example.com","team":"#{Octopus.Project.Name}","level":3}""");
        var run = await server.Admin.SeeAsync($"{path}&environment={environment.Id}&runbook=RESTART");
        (run["Use"], run["Subject"]).ShouldBe(("Runbook", "space:default:project:deploy-web-app:runbook:restart:type:runbook"));
        var target = await server.AddMachineAsync([environment.Id], "Shop target");
        (await server.Admin.SeeAsync($"{path}&use=HealthCheck&target={target.Id}"))["Subject"].ShouldBe("space:default:target:shop-target:account:preview-aws");
        (await server.Admin.SeeAsync($"{path}&use=accounttest"))["Subject"].ShouldBe("space:default:account:preview-aws");
    }

    [Fact]
    public async Task Shows_an_account_that_is_not_saved_and_saves_nothing()
    {
        var (project, tenant) = (await server.AddProjectAsync("Unsaved"), await server.AddTenantAsync("Unsaved tenant"));
        await server.AddEnvironmentAsync("Unsaved env");
        var before = await server.CountAsync("accounts");
        var preview = (await server.Admin.SendAsync("POST", $"{TestAccounts.Accounts}/subject-preview",
            new { Account = TestAccounts.Body("AzureOidc"), Project = project.Id, Environment = "unsaved env", Tenant = tenant.Id })).ShouldBe(200);
        (preview["Subject"], preview["Audience"]).ShouldBe(("space:default:project:unsaved:tenant:unsaved-tenant:environment:unsaved-env", "api://AzureADTokenExchange"));
        (await server.Admin.SendAsync("POST", $"{TestAccounts.Accounts}/subject-preview", new { Account = TestAccounts.Body("AzureOidc", new { ClientId = "x" }) })).ShouldBeRefused(400, "ClientId must be");
        (await server.Admin.SendAsync("POST", $"{TestAccounts.Accounts}/subject-preview", new { })).ShouldBeRefused(400, "Account is required");
        (await server.CountAsync("accounts")).ShouldBe(before);
    }

    [Fact]
    public async Task Says_why_there_would_be_no_token_and_names_every_unknown_thing()
    {
        var (project, environment) = (await server.Admin.MakeAsync($"{Api.Space}/projects", new
        {
            Name = "Long", Slug = new string('l', 90), ProjectGroupId = (await server.Admin.SeeAsync($"{Api.Space}/projectgroups/default")).Id, LifecycleId = (await server.Admin.SeeAsync($"{Api.Space}/lifecycles/default")).Id,
        }), await server.AddEnvironmentAsync("Long environment"));
        var account = await server.AddAccountAsync("GenericOidcAccount");
        var path = $"{TestAccounts.Accounts}/{account.Id}/subject-preview";
        var preview = await server.Admin.SeeAsync($"{path}?project={project.Id}&environment={environment.Id}");
        preview["Fault"].ShouldContain("is 141 bytes long");
        preview["Fault"].ShouldContain($"Its longest part is 'project:{project["Slug"]}' with 98 bytes");
        preview["Bytes"].ShouldBe("141");
        preview.Json.GetProperty("TrustPolicy").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.Admin.SendAsync("GET", $"{path}?project=a&environment=b&tenant=c&target=d&use=Feed")).ShouldBeRefused(
            400, "There is no project 'a' here", "no environment 'b'", "no tenant 'c'", "no deployment target 'd'", "a feed has subject keys of its own");
        (await server.Admin.SendAsync("GET", $"{path}?runbook=x")).ShouldBeRefused(400, "name the project, too");
        // A name that one may not see is a name of nothing.
        var caller = await server.AddCallerAsync();
        await server.GiveRoleAsync(caller.TeamId, await server.AddRoleAsync(space: ["AccountView"]), "Spaces-1");
        (await caller.Client.SendAsync("GET", $"{path}?project={project.Id}&environment={environment.Id}")).ShouldBeRefused(400, $"no project '{project.Id}'", $"no environment '{environment.Id}'");
    }

    [Fact]
    public async Task Gives_AWS_a_trust_policy_for_exactly_this_subject_and_audience()
    {
        var account = await server.AddAccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = "arn:aws-us-gov:iam::123456789012:role/ci/deploy" });
        var policy = await PolicyAsync(account);
        (policy.GetProperty("Cloud").GetString(), policy.GetProperty("Document").GetRawText()).ShouldBe(("AWS",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws-us-gov:iam::123456789012:oidc-provider/deploy.example.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"deploy.example.com:sub":"space:default","deploy.example.com:aud":"deploy.example.com"}}}]}"""));
        var commands = await RunAsync(policy);
        commands[0].ShouldBe(["aws", "iam", "create-open-id-connect-provider", "--url", "https://deploy.example.com", "--client-id-list", "deploy.example.com"]);
        commands[1][..6].ShouldBe(["aws", "iam", "update-assume-role-policy", "--role-name", "deploy", "--policy-document"]);
        JsonNode.DeepEquals(JsonNode.Parse(commands[1][6]), JsonNode.Parse(policy.GetProperty("Document").GetRawText())).ShouldBeTrue();
        var tagged = await server.AddAccountAsync("AmazonWebServicesOidcAccount", JsonNode.Parse("""{"CustomClaims":{"https://aws.amazon.com/tags":{"principal_tags":{"a":["b"]}}},"Audience":"sts.amazonaws.com.cn"}"""));
        var statement = (await PolicyAsync(tagged)).GetProperty("Document").GetProperty("Statement")[0];
        statement.GetProperty("Action").Strings().ShouldBe(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
        statement.GetProperty("Condition").GetProperty("StringEquals").GetProperty("deploy.example.com:aud").GetString().ShouldBe("sts.amazonaws.com.cn");
    }

    [Fact]
    public async Task Gives_Entra_a_federated_credential()
    {
        var account = await server.AddAccountAsync("AzureOidc", name: "Preview azure");
        var policy = await PolicyAsync(account);
        policy.GetProperty("Document").GetRawText().ShouldBe("""{"name":"preview-azure-deployment","issuer":"https://deploy.example.com","subject":"space:default","audiences":["api://AzureADTokenExchange"]}""");
        var command = (await RunAsync(policy)).ShouldHaveSingleItem();
        command[..^1].ShouldBe(["az", "ad", "app", "federated-credential", "create", "--id", "22222222-2222-3333-4444-555555555555", "--parameters"]);
        command[^1].ShouldBe(policy.GetProperty("Document").GetRawText());
    }

    [Fact]
    public async Task Gives_Google_a_pool_a_provider_and_a_binding_for_this_subject()
    {
        var account = await server.AddAccountAsync("GoogleCloudOidcAccount", new { ImpersonatedServiceAccount = "deploy@shop-1.iam.gserviceaccount.com" });
        var commands = await RunAsync(await PolicyAsync(account));
        commands[0].ShouldBe(["gcloud", "iam", "workload-identity-pools", "create", "octologin", "--project=123456789012", "--location=global"]);
        commands[1].ShouldBe(["gcloud", "iam", "workload-identity-pools", "providers", "create-oidc", "deploy", "--project=123456789012", "--location=global", "--workload-identity-pool=octologin",
            "--issuer-uri=https://deploy.example.com", $"--allowed-audiences={TestAccounts.GoogleAudience}", "--attribute-mapping=google.subject=assertion.sub"]);
        commands[2].ShouldBe(["gcloud", "iam", "service-accounts", "add-iam-policy-binding", "deploy@shop-1.iam.gserviceaccount.com", "--role=roles/iam.workloadIdentityUser",
            "--member=principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/octologin/subject/space:default"]);
    }

    [Fact]
    public async Task Nothing_in_an_account_gets_out_of_its_word_in_a_command()
    {
        var account = await server.AddAccountAsync("AmazonWebServicesOidcAccount", new { Audience = "'$(touch${IFS}x);`id`\"\\&|<>'" });
        var commands = await RunAsync(await PolicyAsync(account));
        (commands.Count, commands[0][^1]).ShouldBe((2, "'$(touch${IFS}x);`id`\"\\&|<>'"));
        JsonNode.Parse(commands[1][^1])!["Statement"]![0]!["Condition"]!["StringEquals"]!["deploy.example.com:aud"]!.GetValue<string>().ShouldBe("'$(touch${IFS}x);`id`\"\\&|<>'");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("'''")]
    [InlineData("$HOME `id` $(id) \\ \" ! * ? # ~ ; & | < > ( ) { } [ ]\nline two")]
    [InlineData("")]
    public async Task A_quoted_value_is_one_word_of_a_shell(string value) => (await ShellAsync($"printf '%s\\0' {ShellText.Quote(value)}")).ShouldBe(value + "\0");

    private async Task<JsonElement> PolicyAsync(ApiAnswer account) =>
        (await server.Admin.SeeAsync($"{TestAccounts.Accounts}/{account.Id}/subject-preview")).Json.GetProperty("TrustPolicy");

    /// <summary>The words of each command, as a shell hands them to the program.</summary>
    private static async Task<List<string[]>> RunAsync(JsonElement policy)
    {
        const string Programs = "show() { printf '%s\\0' \"$@\"; }; aws() { show aws \"$@\"; }; az() { show az \"$@\"; }; gcloud() { show gcloud \"$@\"; }; ";
        var commands = new List<string[]>();
        foreach (var command in policy.GetProperty("Commands").Strings())
        {
            commands.Add((await ShellAsync(Programs + command)).TrimEnd('\0').Split('\0'));
        }
        return commands;
    }

    private static async Task<string> ShellAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await errors).ShouldBe("");
        return await output;
    }
}
