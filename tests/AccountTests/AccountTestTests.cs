using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Http;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.AccountTests;

/// <summary>A server behind https, and accounts at three clouds that read its keys over the network.</summary>
public sealed class AccountTestTests(CloudServer stage) : IClassFixture<CloudServer>
{
    private const string Role = "arn:aws:iam::123456789012:role/";
    private const string Tenant = "11111111-1111-1111-1111-111111111111";
    private const string Subscription = "33333333-3333-3333-3333-333333333333";
    private const string Email = "deployer@project.iam.gserviceaccount.com";

    private ServerFixture Server => stage.Server;

    private static string SubjectOf(string slug) => $"space:default:account:{slug}";

    private static string Unique(string kind) => Tenancy.Unique(kind).Replace(' ', '-');

    private async Task<TaskEnd> TestedAsync(ApiAnswer account, string state = "Success") => await Server.EndsAsync(await QueueAsync(account), state);

    private async Task<string> QueueAsync(ApiAnswer account) => (await Server.Admin.MakeAsync($"{Api.Space}/tasks", new { Name = "TestAccount", Arguments = new { AccountId = account.Id } })).Id;

    private async Task<ApiAnswer> AwsAsync(string name)
    {
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, SubjectOf(name));
        return await Server.AddAccountAsync("AmazonWebServicesOidcAccount", new { RoleArn = Role + name, SessionDuration = "3600", Region = "eu-west-1" }, name);
    }

    private async Task<ApiAnswer> AzureAsync(string name, bool isTrusted = true)
    {
        var client = Guid.NewGuid().ToString();
        stage.Clouds.Entra.Credentials.Add(new(Tenant, client, CloudServer.Issuer, isTrusted ? SubjectOf(name) : "space:default:account:another", FakeEntra.Audience));
        stage.Clouds.Entra.Subscriptions.AddOrUpdate(Subscription, [client], (_, others) => [.. others, client]);
        return await Server.AddAccountAsync("AzureOidc", new { TenantId = Tenant, ClientId = client, SubscriptionNumber = Subscription }, name);
    }

    private async Task<ApiAnswer> GoogleAsync(string name, string? impersonated = null)
    {
        stage.Clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer);
        stage.Clouds.Google.ServiceAccounts[Email] = new([FakeGoogle.Principal(SubjectOf(name))]);
        return await Server.AddAccountAsync("GoogleCloudOidcAccount", new { Audience = $"https:{FakeGoogle.Provider}", ImpersonatedServiceAccount = impersonated }, name);
    }

    [Fact]
    public async Task AWS_assumes_the_role_and_says_who_that_is()
    {
        var name = Unique("aws");
        var end = await TestedAsync(await AwsAsync(name));
        end.Tree.ShouldBe($"Sign an ID token: Success\nAssume the role {Role}{name}: Success\nAsk AWS who that is: Success");
        foreach (var line in (string[])[$"Issuer:   {CloudServer.Issuer}", $"Subject:  {SubjectOf(name)}", $"Audience: {CloudServer.Host}", $"GetCallerIdentity says arn:aws:sts::123456789012:assumed-role/{name}/octologin-test-{name}", $"Account {name} works."])
        {
            end.Log.ShouldContain(line);
        }
    }

    [Fact]
    public async Task Azure_gives_a_token_that_reads_the_subscription()
    {
        var end = await TestedAsync(await AzureAsync(Unique("azure")));
        end.Log.ShouldContain("It is Production, Enabled");
        end.Tree.ShouldEndWith($"Read the subscription {Subscription}: Success");
    }

    [Fact]
    public async Task Google_does_both_exchanges()
    {
        (await TestedAsync(await GoogleAsync(Unique("google")))).Tree.ShouldEndWith("Exchange it for a federated token: Success");
        (await TestedAsync(await GoogleAsync(Unique("google"), Email))).Tree.ShouldEndWith($"Exchange it for a token of {Email}: Success");
        stage.Clouds.Google.Tokens.Values.ShouldContain(token => token.Principal == $"serviceAccount:{Email}");
    }

    [Fact]
    public async Task Any_other_relying_party_s_account_shows_the_claims_and_not_the_token()
    {
        var name = Unique("generic");
        var end = await TestedAsync(await Server.AddAccountAsync("GenericOidcAccount", new { Audience = "https://vault.example.com", CustomClaims = new { team = "web", project = "#{Octopus.Project.Name}" } }, name));
        foreach (var line in (string[])[$"iss: {CloudServer.Issuer}", $"sub: {SubjectOf(name)}", "aud: https://vault.example.com", "team: web", "Without the claim project"])
        {
            end.Log.ShouldContain(line);
        }
        end.Log.ShouldNotContain("eyJ");
    }

    [Fact]
    public async Task A_refusal_shows_the_cloud_s_own_words_what_was_sent_and_what_to_change()
    {
        var name = Unique("aws");
        var account = await AwsAsync(name);
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role + name, "space:default:account:another");
        var end = await TestedAsync(account, "Failed");
        end.Tree.ShouldEndWith($"Assume the role {Role}{name}: Failed");
        end.Log.ShouldContain("AWS STS refused: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
        end.Log.ShouldContain($"Sent: issuer '{CloudServer.Issuer}', subject '{SubjectOf(name)}', audience '{CloudServer.Host}'.");
        end.Log.ShouldContain($"\"{CloudServer.Host}:sub\": \"{SubjectOf(name)}\"");
        end.Task["ErrorMessage"].ShouldStartWith("AWS STS refused: AccessDenied: ");

        (await TestedAsync(await AzureAsync(Unique("azure"), isTrusted: false), "Failed")).Log.ShouldContain("Microsoft Entra refused: AADSTS700213: ");
        var google = await GoogleAsync(Unique("google"), Email);
        stage.Clouds.Google.ServiceAccounts[Email] = new([]);
        (await TestedAsync(google, "Failed")).Log.ShouldContain("Google IAM refused: PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied");
    }

    [Fact]
    public async Task An_outage_of_the_cloud_is_not_the_account_s_fault()
    {
        var account = await AzureAsync(Unique("azure"));
        stage.Clouds.Entra.First.Enqueue(new(503));
        (await TestedAsync(account, "Failed")).Task["ErrorMessage"].ShouldBe("Microsoft Entra could not be asked: login.microsoftonline.com answered 503. That says nothing about the account; test it again later.");
        await TestedAsync(account);
    }

    /// <summary>The other half of the trust: what we show an administrator to paste is what AWS then takes.</summary>
    [Fact]
    public async Task The_trust_policy_that_we_show_is_one_that_AWS_takes()
    {
        var name = Unique("aws");
        var account = await AwsAsync(name);
        var shown = await Server.Admin.SeeAsync($"{Api.Space}/accounts/{account.Id}/subject-preview?use=AccountTest");
        stage.Clouds.Sts.Roles[Role + name] = new(Role + name, shown.Json.GetProperty("TrustPolicy").GetProperty("Document").GetRawText());
        await TestedAsync(account);
    }

    [Fact]
    public async Task Clocks_that_are_two_minutes_off_do_not_matter_to_clouds_that_allow_for_nothing()
    {
        var (aws, azure, google) = (await AwsAsync(Unique("aws")), await AzureAsync(Unique("azure")), await GoogleAsync(Unique("google")));
        RelyingParty[] parties = [stage.Clouds.Sts.RelyingParty, stage.Clouds.Entra.RelyingParty, stage.Clouds.Google.RelyingParty];
        try
        {
            foreach (var minutes in (int[])[2, -2])
            {
                foreach (var party in parties)
                {
                    party.ClockError = TimeSpan.FromMinutes(minutes);
                }
                foreach (var account in (ApiAnswer[])[aws, azure, google])
                {
                    await TestedAsync(account);
                }
            }
        }
        finally
        {
            foreach (var party in parties)
            {
                party.ClockError = default;
            }
        }
    }

    [Fact]
    public async Task A_test_that_waits_for_a_cloud_can_be_canceled()
    {
        var account = await AzureAsync(Unique("azure"));
        var (asked, mayAnswer) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        stage.Clouds.Entra.Waits = () =>
        {
            asked.TrySetResult();
            return mayAnswer.Task;
        };
        try
        {
            var task = await QueueAsync(account);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
            (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks/{task}/cancel")).ShouldBe(200);
            (await Server.EndsAsync(task, "Canceled")).Tree.ShouldEndWith(": Canceled");
        }
        finally
        {
            stage.Clouds.Entra.Waits = () => Task.CompletedTask;
            mayAnswer.SetResult();
        }
    }

    [Fact]
    public async Task No_token_is_left_anywhere()
    {
        await TestedAsync(await AwsAsync(Unique("aws")));
        var azure = await AzureAsync(Unique("azure"));
        await TestedAsync(azure);
        await TestedAsync(await GoogleAsync(Unique("google"), Email));
        stage.Clouds.Entra.Quotes = true;
        var end = await TestedAsync(azure, "Failed");
        stage.Clouds.Entra.Quotes = false;
        end.Log.ShouldContain("[********]", customMessage: "a cloud that quotes what it was sent");
        var clouds = stage.Clouds;
        clouds.SentTokens.Length.ShouldBeGreaterThanOrEqualTo(4);
        await Server.ShouldBeNowhereAsync([
            .. clouds.SentTokens, .. clouds.Sts.Sessions.Values.SelectMany(session => new[] { session.SecretAccessKey, session.SessionToken }), .. clouds.Entra.Tokens.Keys, .. clouds.Google.Tokens.Keys]);
    }

    [Fact]
    public async Task The_search_for_tokens_finds_them_where_they_are()
    {
        var token = $"eyJhbGciOiJSUzI1NiJ9.{Convert.ToHexString(Guid.NewGuid().ToByteArray())}.{Convert.ToHexString(Guid.NewGuid().ToByteArray())}";
        var needles = TokenTraces.Needles(token).ToArray();
        (await TokenTraces.FindAsync(Server, needles)).ShouldBeEmpty();
        await Server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = Unique("env"), Description = $"holds {token.Split('.')[2]}" });
        (await TokenTraces.FindAsync(Server, needles)).ShouldContain("table environments");
        await using var write = Server.Database.DataSource.CreateCommand($"create table left_behind as select convert_to('{token}', 'UTF8') as body");
        await write.ExecuteNonQueryAsync();
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "left"), $"x{token}");
        Server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test").LogInformation("{Token}", token);
        var found = await TokenTraces.FindAsync(Server, needles, folder.Path);
        found.ShouldContain("table left_behind");
        found.ShouldContain(Path.Combine(folder.Path, "left"));
        found.ShouldContain(where => where.StartsWith("the server's log", StringComparison.Ordinal));
        await using var clean = Server.Database.DataSource.CreateCommand("drop table left_behind");
        await clean.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_task_that_cannot_be_asked_for_is_refused_with_every_reason()
    {
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { Name = "Deploy", SpaceId = "Spaces-99" })).ShouldBeRefused(400, "Name is 'Deploy'; what can be asked for here is ", "SpaceId is 'Spaces-99'");
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { })).ShouldBeRefused(400, "Name is required.");
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { Name = "TestAccount" })).ShouldBeRefused(400, "Arguments must have AccountId");
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { Name = "TestAccount", Arguments = new { AccountId = 5 } })).ShouldBeRefused(400, "Arguments must have AccountId");
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { Name = "TestAccount", Arguments = new { AccountId = "Accounts-999" } })).ShouldBe(404);
        var secret = await Server.AddAccountAsync("Token", new { Token = new { HasValue = true, NewValue = "s3cret-token-value" } }, Unique("secret"));
        (await Server.Admin.SendAsync("POST", $"{Api.Space}/tasks", new { Name = "TestAccount", Arguments = new { AccountId = secret.Id } })).ShouldBeRefused(400, "of the type Token, which holds a secret");
    }

    [Fact]
    public async Task Only_who_may_change_the_account_may_have_it_tested_and_the_audit_has_it()
    {
        var (e, f) = (await Server.PlaceAsync(Unique("e")), await Server.PlaceAsync(Unique("f")));
        var account = await Server.AddAccountAsync("GenericOidcAccount", new { Audience = "x", EnvironmentIds = new[] { e } }, Unique("generic"));
        var both = await Server.AddAccountAsync("GenericOidcAccount", new { Audience = "x", EnvironmentIds = new[] { e, f } }, Unique("generic"));
        var (viewer, editor) = (await Server.AddCallerAsync(), await Server.AddCallerAsync());
        await Server.GiveLimitedRoleAsync(viewer.Id, await Server.AddRoleAsync(space: ["TaskCreate", "AccountView", "TaskView"]), environments: [e]);
        await Server.GiveLimitedRoleAsync(editor.Id, "userroles-environmentmanager", environments: [e]);
        object Body(ApiAnswer of) => new { Name = "testaccount", Arguments = new { accountid = of.Id } };
        (await viewer.Client.SendAsync("POST", $"{Api.Space}/tasks", Body(account))).ShouldBe(403);
        (await editor.Client.SendAsync("POST", $"{Api.Space}/tasks", Body(both))).ShouldBe(403);
        var asked = (await editor.Client.SendAsync("POST", "/api/tasks", Body(account))).ShouldBe(201);
        (asked["Name"], asked["Description"], asked.Json.GetProperty("Arguments").GetProperty("AccountId").GetString()).ShouldBe(("TestAccount", $"Test account {account["Name"]}", account.Id));
        (await Server.EventAsync(asked)).ShouldBe(("Created", $"Task {asked.Id} (Test account {account["Name"]}) was created"));
        (await editor.Client.SeeAsync($"{Api.Space}/tasks/{asked.Id}"))["EnvironmentId"].ShouldBe(e);
        await Server.EndsAsync(asked.Id);
        var elsewhere = await Server.AddSpaceAsync();
        (await Server.Admin.SendAsync("POST", $"/api/{elsewhere}/tasks", Body(account))).ShouldBe(404);
    }

    [Fact]
    public async Task A_server_without_a_public_URL_says_so_before_any_cloud_is_asked()
    {
        await using var plain = new ServerFixture();
        await plain.InitializeAsync();
        var account = await plain.Admin.MakeAsync($"{Api.Space}/accounts", new { Name = "aws", AccountType = "AmazonWebServicesOidcAccount", RoleArn = Role + "x" });
        var task = await plain.Admin.MakeAsync($"{Api.Space}/tasks", new { Name = "TestAccount", Arguments = new { AccountId = account.Id } });
        var end = await plain.EndsAsync(task.Id, "Failed");
        end.Task["ErrorMessage"].ShouldContain("clouds trust an issuer only by an https URL");
        end.Tree.ShouldBe("Sign an ID token: Failed");
    }
}
