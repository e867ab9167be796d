using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>The action's step when it succeeds.</summary>
public sealed class LoginTests
{
    [Fact]
    public async Task Exchanges_the_ID_token_and_hands_the_access_token_to_the_next_steps()
    {
        await using var job = await ActionFixture.StartAsync();

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Env.ShouldBe(new Dictionary<string, string> { ["OCTOPUS_URL"] = job.Octopus.Url, ["OCTOPUS_ACCESS_TOKEN"] = job.Octopus.AccessToken }, ignoreOrder: true);
        run.Output.ShouldBe(new Dictionary<string, string> { ["server"] = job.Octopus.Url, ["access_token"] = job.Octopus.AccessToken }, ignoreOrder: true);
        run.Summary.ShouldBeEmpty();
        run.StandardError.ShouldBeEmpty();
        job.GitHub.Audiences.ShouldBe([ActionFixture.ServiceAccountId]);
        var exchange = job.Octopus.Exchanges.ShouldHaveSingleItem();
        exchange["grant_type"]!.GetValue<string>().ShouldBe("urn:ietf:params:oauth:grant-type:token-exchange");
        exchange["audience"]!.GetValue<string>().ShouldBe(ActionFixture.ServiceAccountId);
        exchange["subject_token_type"]!.GetValue<string>().ShouldBe("urn:ietf:params:oauth:token-type:jwt");
        exchange["subject_token"]!.GetValue<string>().ShouldBe(job.IdTokens.Single());
        exchange["scope"].ShouldBeNull();
        job.ShouldLeakNothing(run);
    }

    [Fact]
    public async Task Masks_every_secret_before_it_prints_anything_else()
    {
        await using var job = await ActionFixture.StartAsync();

        var run = await job.Runner.RunAsync();

        run.Masks.ShouldBe([job.GitHub.RequestToken, job.IdTokens.Single(), job.Octopus.AccessToken]);
        run.Commands.Take(3).ShouldAllBe(command => command.Name == "add-mask");
        run.Lines.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Says_who_is_logged_in_until_when_and_with_which_scope()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["scope"] = "ProjectView ReleaseCreate";
        job.Octopus.ExchangeAnswer = job.Octopus.Granted(new { expires_in = 900, scope = "ReleaseCreate" });

        var run = await job.Runner.RunAsync();

        job.Octopus.Exchanges.Single()["scope"]!.GetValue<string>().ShouldBe("ProjectView ReleaseCreate");
        run.Lines[^1].ShouldStartWith($"Logged in to {job.Octopus.Url} as service account {ActionFixture.ServiceAccountId}. The access token expires at ");
        run.Lines[^1].ShouldEndWith(" UTC (in 15 min), with scope 'ReleaseCreate'. It is revoked when the job ends.");
    }

    [Theory]
    [InlineData("  7F2BD2D8-6F1B-4F8E-9D70-4A1C7F0F1C11\n", "7f2bd2d8-6f1b-4f8e-9d70-4a1c7f0f1c11")]
    [InlineData("{7F2BD2D8-6F1B-4F8E-9D70-4A1C7F0F1C11}", "7f2bd2d8-6f1b-4f8e-9d70-4a1c7f0f1c11")]
    [InlineData("api://Custom/Audience?a=b&c", "api://Custom/Audience?a=b&c")]
    public async Task Sends_the_GUID_as_the_server_writes_it_and_any_other_audience_as_it_is(string given, string sent)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["service_account_id"] = given;

        (await job.Runner.RunAsync()).ExitCode.ShouldBe(0);

        job.GitHub.Audiences.ShouldBe([sent]);
        job.Octopus.Exchanges.Single()["audience"]!.GetValue<string>().ShouldBe(sent);
    }

    [Fact]
    public async Task Works_with_a_server_address_that_ends_in_slashes_and_an_expiry_in_quotes()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["server"] = $" {job.Octopus.Url}// ";
        job.Octopus.ExchangeAnswer = job.Octopus.Granted(new { expires_in = "3600" });

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Env["OCTOPUS_URL"].ShouldBe(job.Octopus.Url);
        run.Lines[^1].ShouldContain("(in 60 min)");
    }

    [Fact]
    public async Task An_API_key_is_masked_and_handed_on_without_any_call()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["service_account_id"] = "";
        job.Runner.Inputs["api_key"] = " API-0123456789ABCDEF \n";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Lines[0].ShouldBe("::add-mask::API-0123456789ABCDEF");
        run.Visible.ShouldNotContain("API-0123456789ABCDEF");
        run.Env.ShouldBe(new Dictionary<string, string> { ["OCTOPUS_URL"] = job.Octopus.Url, ["OCTOPUS_API_KEY"] = "API-0123456789ABCDEF" }, ignoreOrder: true);
        run.Output.ShouldBe(new Dictionary<string, string> { ["server"] = job.Octopus.Url, ["api_key"] = "API-0123456789ABCDEF" }, ignoreOrder: true);
        run.State.ShouldBeEmpty();
        job.Octopus.To("/.well-known/openid-configuration").ShouldBeEmpty();
        job.GitHub.Requests.ShouldBeEmpty();
    }
}
