using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>What no cloud has decided: outages, hosts that may not be asked, answers without end; and what is tried again.</summary>
public sealed class CloudNetworkTests(CloudStage stage) : IClassFixture<CloudStage>
{
    private const string Private = "login.azurestack.example.com";
    private const string Scope = "https://management.azure.com/.default";

    private IdToken Token(string audience)
    {
        stage.Reset();
        return stage.Attempt(audience).Token;
    }

    public static TheoryData<int> Outages => [500, 502, 503, 504, 429];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task An_answer_that_decides_nothing_is_an_outage_and_no_refusal(int status)
    {
        stage.Clouds.Sts.First.Enqueue(new(status, "x"));
        (await Should.ThrowAsync<CloudOutage>(() => stage.Aws().LoginAsync(CloudStage.Role, Token(CloudServer.Host), "s1", default))).Message.ShouldBe($"AWS STS could not be asked: sts.eu-west-1.amazonaws.com answered {status}.");
        stage.Clouds.Entra.First.Enqueue(new(status, "x"));
        (await Should.ThrowAsync<CloudOutage>(() => stage.Azure().LoginAsync(CloudStage.App, Scope, Token(FakeEntra.Audience), default))).Message.ShouldContain($"answered {status}");
        stage.Clouds.Google.First.Enqueue(new(status, "x"));
        (await Should.ThrowAsync<CloudOutage>(() => stage.Google().LoginAsync(new(), Token($"https:{FakeGoogle.Provider}"), default))).Message.ShouldContain($"sts.googleapis.com answered {status}");
    }

    public static TheoryData<string> Breaks => ["a broken connection", "a redirect", "too much", "compressed", "nonsense", "a page", "a page that refuses"];

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task So_is(string what)
    {
        var answer = what switch
        {
            "a broken connection" => FakeAnswer.Abort,
            "a redirect" => new FakeAnswer(307).With("Location", "https://10.0.0.1/"),
            "too much" => new(200, new string('x', CloudNetwork.MostBytes + 1)),
            "compressed" => new FakeAnswer(200, "x").With("Content-Encoding", "gzip"),
            "nonsense" => new(200, "{"),
            "a page" => new(200, "<html>Sign in to the guest network</html>", "text/html"),
            _ => new(403, "<html>Blocked by the firewall</html>", "text/html"),
        };
        stage.Clouds.Sts.First.Enqueue(answer);
        await Should.ThrowAsync<CloudOutage>(() => stage.Aws().LoginAsync(CloudStage.Role, Token(CloudServer.Host), "s1", default));
        stage.Clouds.Entra.First.Enqueue(answer);
        await Should.ThrowAsync<CloudOutage>(() => stage.Azure().LoginAsync(CloudStage.App, Scope, Token(FakeEntra.Audience), default));
        stage.Clouds.Google.First.Enqueue(answer);
        await Should.ThrowAsync<CloudOutage>(() => stage.Google().LoginAsync(new(), Token($"https:{FakeGoogle.Provider}"), default));
        var token = Token(FakeEntra.Audience);
        stage.Clouds.Entra.FirstOfManagement.Enqueue(answer);
        await Should.ThrowAsync<CloudOutage>(() => stage.Azure().SubscriptionAsync(CloudStage.App, new("x", default), token, default));
    }

    [Fact]
    public async Task An_AWS_that_has_too_much_to_do_is_an_outage()
    {
        stage.Clouds.Sts.First.Enqueue(FakeSts.Error(400, "Throttling", "Rate exceeded"));
        (await Should.ThrowAsync<CloudOutage>(() => stage.Aws().LoginAsync(CloudStage.Role, Token(CloudServer.Host), "s1", default))).Message.ShouldContain("Throttling");
    }

    [Fact]
    public async Task A_host_that_an_account_names_must_have_a_public_address()
    {
        await using var inside = await stage.ServeAsync(Private, _ => new(200, "{}"));
        var app = CloudStage.App with { ActiveDirectoryEndpointBaseUri = $"https://{Private}", ResourceManagementEndpointBaseUri = "https://169.254.169.254" };
        var token = Token(FakeEntra.Audience);
        (await Should.ThrowAsync<CloudOutage>(() => stage.Azure().LoginAsync(app, Scope, token, default))).Message.ShouldContain($"{Private} resolves to 127.0.0.1, which is not a public address; an administrator can allow it with Clouds:AllowPrivateNetwork:0={Private}");
        (await Should.ThrowAsync<CloudOutage>(() => stage.Azure().SubscriptionAsync(app, new("x", default), token, default))).Message.ShouldContain("not a public address");
        inside.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_private_cloud_that_is_allowed_is_asked_and_nobody_else_about_it()
    {
        await using var inside = await stage.ServeAsync(Private, _ => FakeEntra.Error(401, "invalid_client", 700213, "No match."));
        var (token, before) = (Token(FakeEntra.Audience), stage.Clouds.Requests.Count());
        using var network = stage.NetworkWith(stage.Options(0, Private));
        var login = new AzureLogin(network, new(stage.Options(), stage.Clock));
        (await Should.ThrowAsync<CloudRefusal>(() => login.LoginAsync(CloudStage.App with { ActiveDirectoryEndpointBaseUri = $"https://{Private}/" }, Scope, token, default))).Code.ShouldBe("AADSTS700213");
        (inside.Requests.Count, stage.Clouds.Requests.Count()).ShouldBe((1, before));
    }

    [Fact]
    public async Task Through_a_proxy_an_address_inside_is_not_asked_for()
    {
        await using var proxy = FakeProxy.Start();
        var options = stage.Options() with { Network = new("Clouds", new HashSet<string>(), new(proxy.Url), false) };
        using var network = stage.NetworkWith(options);
        (await Should.ThrowAsync<HttpRequestException>(() => network.Client.GetAsync(new Uri("https://10.0.0.1/")))).Message.ShouldContain("not a public address");
        (await Should.ThrowAsync<HttpRequestException>(() => network.Client.GetAsync(new Uri("http://sts.amazonaws.com/")))).Message.ShouldContain("only https");
        proxy.Targets.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_an_outage_that_says_so()
    {
        using var others = new TestCertificates();
        await using var forged = await FakeHttpServer.StartAsync(_ => new(200, "{}"), others.ForHosts("forged.example.com"));
        using var network = new CloudNetwork(stage.Options(0, "forged.example.com")) { Roots = [stage.Certificates.Ca], Resolve = (_, _, _) => Task.FromResult<IReadOnlyList<System.Net.IPEndPoint>>([new(System.Net.IPAddress.Loopback, forged.Port)]) };
        (await Should.ThrowAsync<HttpRequestException>(() => network.Client.GetAsync(new Uri("https://forged.example.com/")))).Message.ShouldContain("its TLS certificate is not trusted");
        forged.Requests.ShouldBeEmpty();
    }

    /// <summary>A minute of patience, of which this needs a second: what Entra says until it knows a new credential.</summary>
    [Fact]
    public async Task What_may_pass_is_tried_again_and_said()
    {
        stage.Clouds.Entra.First.Enqueue(FakeEntra.Error(401, "invalid_client", 70021, "No matching federated identity record found."));
        stage.Clouds.Sts.First.Enqueue(FakeSts.Error(400, "IDPCommunicationError", "not now"));
        stage.Clouds.Google.First.Enqueue(new(503));
        var (patient, said) = (stage.Options(60), new List<string>());
        await Task.WhenAll(
            stage.Azure(patient).LoginAsync(CloudStage.App, Scope, Token(FakeEntra.Audience), default, said.Add),
            stage.Aws(patient).LoginAsync(CloudStage.Role, stage.Attempt(CloudServer.Host).Token, "s1", default, _ => { }),
            stage.Google(patient).LoginAsync(new(), stage.Attempt($"https:{FakeGoogle.Provider}").Token, default, _ => { }));
        said.ShouldHaveSingleItem().ShouldStartWith("Microsoft Entra refused: AADSTS70021: No matching federated identity record found. ");
        said[0].ShouldEndWith("Tried again in 1 s, for up to 60 s.");
    }

    [Fact]
    public async Task Patience_ends_by_the_server_s_clock()
    {
        var clock = new TestClock();
        var tries = 0;
        var outage = await Should.ThrowAsync<CloudOutage>(() => new CloudPatience(stage.Options(60), clock).TryAsync<int>(() =>
        {
            tries++;
            throw new CloudOutage("down");
        }, clock.GetUtcNow().AddMinutes(10), _ => clock.Advance(TimeSpan.FromMinutes(1)), default));
        (outage.Message, tries).ShouldBe(("down", 2));
    }

    [Fact]
    public async Task What_will_not_pass_is_not_tried_again_and_a_cancel_is_heard()
    {
        var patience = new CloudPatience(stage.Options(60), new TestClock());
        var (tries, token) = (0, Token("a"));
        await Should.ThrowAsync<CloudRefusal>(() => patience.TryAsync<int>(() => throw new CloudRefusal("X", $"{++tries}", "no", token, ""), DateTimeOffset.MaxValue, null, default));
        tries.ShouldBe(1);
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => patience.TryAsync<int>(() => throw new CloudOutage("down"), DateTimeOffset.MaxValue, _ => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public async Task A_cloud_that_quotes_the_token_does_not_make_us_repeat_it()
    {
        var token = Token(CloudServer.Host);
        stage.Clouds.Sts.First.Enqueue(FakeSts.Error(400, "InvalidIdentityToken", $"bad: {token.Jwt} or {token.Jwt.Split('.')[2]} or {token.Jwt.Split('.')[1]}"));
        var refusal = await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().LoginAsync(CloudStage.Role, token, "s1", default));
        refusal.Text.ShouldBe("bad: ******** or ******** or ********");
        foreach (var part in token.Jwt.Split('.'))
        {
            refusal.ToString().ShouldNotContain(part);
        }
        refusal.InnerException.ShouldBeNull();
        token.ToString().ShouldNotContain(token.Jwt.Split('.')[2]);
    }
}
