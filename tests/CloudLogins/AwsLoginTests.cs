using OctoLogin.CloudLogins;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>AWS's SDK against a strict stand-in of STS; each wrong thing is refused with AWS's own code.</summary>
public sealed class AwsLoginTests(CloudStage stage) : IClassFixture<CloudStage>
{
    private const string Tags = "https://aws.amazon.com/tags";

    private Attempt Attempt()
    {
        stage.Reset();
        return stage.Attempt(CloudServer.Host);
    }

    private Task<AwsSession> LoginAsync(Attempt attempt, string session = "octologin-1") => stage.Aws().LoginAsync(CloudStage.Role, attempt.Token, session, default);

    private async Task<CloudRefusal> RefusedAsync(Attempt attempt, string code)
    {
        var token = attempt.Token;
        var refusal = await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().LoginAsync(CloudStage.Role, token, "octologin-1", default));
        refusal.Code.ShouldBe(code, refusal.Message);
        refusal.ToString().ShouldNotContain(token.Jwt);
        refusal.Message.ShouldContain($"issuer '{token.Issuer}', subject '{token.Subject}', audience '{token.Audience}'");
        return refusal;
    }

    [Fact]
    public async Task A_role_that_trusts_the_subject_is_assumed_and_AWS_says_who_that_is()
    {
        var attempt = Attempt();
        var session = await LoginAsync(attempt, "Deployments-1 of web");
        session.RoleArn.ShouldBe("arn:aws:sts::123456789012:assumed-role/octologin/Deployments-1-of-web");
        session.ExpiresAt.ShouldBe(stage.Clock.GetUtcNow().AddHours(1), TimeSpan.FromMinutes(2));
        (await stage.Aws().CallerArnAsync(session, attempt.Token, default)).ShouldBe(session.RoleArn);
        session.ToString().ShouldNotContain(session.SecretAccessKey);
    }

    [Theory]
    [InlineData("unsigned", "InvalidIdentityToken")]
    [InlineData("signed with the public key as a secret", "InvalidIdentityToken")]
    [InlineData("signed by ES256", "InvalidIdentityToken")]
    [InlineData("signed by RS384", "InvalidIdentityToken")]
    [InlineData("a key of 1024 bits", "InvalidIdentityToken")]
    [InlineData("a key that is not published", "InvalidIdentityToken")]
    [InlineData("another key under the same name", "InvalidIdentityToken")]
    [InlineData("a key for encryption", "InvalidIdentityToken")]
    [InlineData("a claim changed after signing", "InvalidIdentityToken")]
    [InlineData("an issuer that is not known", "InvalidIdentityToken")]
    [InlineData("an issuer with a slash at its end", "InvalidIdentityToken")]
    [InlineData("a discovery document of another issuer", "InvalidIdentityToken")]
    [InlineData("a discovery document without RS256", "InvalidIdentityToken")]
    [InlineData("keys over http", "IDPCommunicationError")]
    [InlineData("a discovery document that redirects", "IDPCommunicationError")]
    [InlineData("an issuer that is down", "IDPCommunicationError")]
    [InlineData("another audience", "InvalidIdentityToken")]
    [InlineData("a list of audiences", "IDPRejectedClaim")]
    [InlineData("no audience", "IDPRejectedClaim")]
    [InlineData("another subject", "AccessDenied")]
    [InlineData("a subject in other letters", "AccessDenied")]
    [InlineData("a subject that goes on", "AccessDenied")]
    [InlineData("a number as the subject", "IDPRejectedClaim")]
    [InlineData("no subject", "IDPRejectedClaim")]
    [InlineData("expired", "ExpiredTokenException")]
    [InlineData("not yet valid", "IDPRejectedClaim")]
    [InlineData("issued in the future", "IDPRejectedClaim")]
    [InlineData("a text as the end", "IDPRejectedClaim")]
    [InlineData("no end", "IDPRejectedClaim")]
    [InlineData("made for two days", "IDPRejectedClaim")]
    [InlineData("no JWT", "InvalidIdentityToken")]
    [InlineData("an access token's type", "InvalidIdentityToken")]
    [InlineData("something critical in the header", "InvalidIdentityToken")]
    [InlineData("the same claim twice", "InvalidIdentityToken")]
    public async Task Refuses_a_token_with(string what, string code)
    {
        var attempt = Attempt();
        WrongTokens.All[what](attempt);
        await RefusedAsync(attempt, code);
    }

    [Theory]
    [InlineData("abcde", false)]
    [InlineData("abcdef", true)]
    [InlineData("255", true)]
    [InlineData("256", false)]
    public async Task A_subject_has_6_to_255_characters(string subject, bool isTaken)
    {
        var attempt = Attempt();
        attempt.Claims["sub"] = int.TryParse(subject, out var length) ? new string('s', length) : subject;
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, CloudStage.RoleArn, (string)attempt.Claims["sub"]!);
        if (isTaken)
        {
            await LoginAsync(attempt);
        }
        else
        {
            await RefusedAsync(attempt, "IDPRejectedClaim");
        }
    }

    [Fact]
    public async Task A_trust_policy_with_StringLike_takes_what_its_wildcards_mean_and_nothing_else()
    {
        var attempt = Attempt();
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, CloudStage.RoleArn, "space:default:project:web:*");
        await LoginAsync(attempt);
        attempt.Claims["sub"] = "space:default:project:webshop:environment:production";
        (await RefusedAsync(attempt, "AccessDenied")).Advice.ShouldContain("\"octologin.example.com:sub\": \"space:default:project:webshop:environment:production\"");
    }

    [Fact]
    public async Task Session_tags_have_AWS_s_shape_and_need_leave()
    {
        var attempt = Attempt();
        attempt.Claims[Tags] = new { principal_tags = new { team = new[] { "web" } }, transitive_tag_keys = new[] { "team" } };
        await RefusedAsync(attempt, "AccessDenied");
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, CloudStage.RoleArn, CloudStage.Subject, tags: true);
        stage.Clouds.Sts.Sessions[(await LoginAsync(attempt)).AccessKeyId].Tags.ShouldBe(new Dictionary<string, string> { ["team"] = "web" });
        foreach (var wrong in (object[])["text", new { principal_tags = new { team = "web" } }, new { principal_tags = new { team = new[] { "a", "b" } } }, new { principal_tags = new { team = new[] { 1 } } }, new { principal_tags = new { team = new[] { "web" } }, transitive_tag_keys = new[] { "other" } }])
        {
            attempt.Claims[Tags] = wrong;
            await RefusedAsync(attempt, "IDPRejectedClaim");
        }
    }

    [Fact]
    public async Task Refuses_a_role_that_is_not_there_and_a_session_that_is_too_long()
    {
        var token = Attempt().Token;
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().LoginAsync(CloudStage.Role with { RoleArn = CloudStage.RoleArn + "-other" }, token, "s1", default))).Code.ShouldBe("AccessDenied");
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().LoginAsync(CloudStage.Role with { SessionDuration = 7200 }, token, "s1", default))).Advice.ShouldContain("maximum session duration");
    }

    [Fact]
    public async Task Refuses_a_session_with_a_spoiled_key_or_another_session_s_token()
    {
        var token = Attempt().Token;
        var (one, other) = (await LoginAsync(Attempt()), await LoginAsync(Attempt()));
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().CallerArnAsync(one with { SecretAccessKey = other.SecretAccessKey }, token, default))).Code.ShouldBe("SignatureDoesNotMatch");
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().CallerArnAsync(one with { SessionToken = other.SessionToken }, token, default))).Code.ShouldBe("InvalidClientTokenId");
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/x", null, "us-east-1")]
    [InlineData("arn:aws:iam::123456789012:role/x", " eu-west-1 ", "eu-west-1")]
    [InlineData("arn:aws-cn:iam::123456789012:role/x", null, "cn-north-1")]
    [InlineData("arn:aws-us-gov:iam::123456789012:role/x", "", "us-gov-west-1")]
    [InlineData("arn:aws-eusc:iam::123456789012:role/x", null, "eusc-de-east-1")]
    public void A_role_s_partition_says_where_it_is_asked_for(string role, string? region, string asked)
    {
        AwsRegion.Of(role, region).ShouldBe(asked);
        AwsRegion.Fault(asked).ShouldBeNull();
    }

    [Theory]
    [InlineData("cn-north-1", "sts.cn-north-1.amazonaws.com.cn")]
    [InlineData("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com")]
    public async Task Asks_a_sovereign_cloud_at_its_own_host(string region, string host)
    {
        var token = Attempt().Token;
        await stage.Aws().LoginAsync(CloudStage.Role with { Region = region }, token, "s1", default);
        stage.Clouds.Requests.Last(request => request.Body.Contains(token.Jwt, StringComparison.Ordinal)).Headers["Host"].ShouldBe(host);
    }

    [Theory]
    [InlineData("evil.example.com/x")]
    [InlineData("eu-west-1.evil.example.com")]
    [InlineData("eu west 1")]
    [InlineData("127.0.0.1")]
    public async Task A_region_that_is_none_is_asked_nothing(string region)
    {
        var (token, before) = (Attempt().Token, stage.Clouds.Requests.Count());
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Aws().LoginAsync(CloudStage.Role with { Region = region }, token, "s1", default))).Message.ShouldContain("must be a region's name");
        stage.Clouds.Requests.Count().ShouldBe(before);
    }

    [Theory]
    [InlineData("octologin-Deployments-1", "octologin-Deployments-1")]
    [InlineData("Deploy to Zürich: now!", "Deploy-to-Z-rich--now-")]
    [InlineData("x", "octologin-x")]
    [InlineData("", "octologin-")]
    public void A_session_s_name_is_made_fit(string text, string name) => AwsLogin.SessionName(text).ShouldBe(name);

    [Fact]
    public void A_session_s_name_has_at_most_64_characters() => AwsLogin.SessionName(new('x', 100)).Length.ShouldBe(64);
}
