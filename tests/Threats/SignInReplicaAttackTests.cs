using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section E of docs/threats.md, what takes two: two servers of the installation, two providers, two browsers.</summary>
public sealed class SignInReplicaAttackTests(ReplicatedProviderServer provided) : IClassFixture<ReplicatedProviderServer>, IAsyncLifetime
{
    private readonly ServerFixture server = provided.Server;
    private readonly TestBrowser browser = new(provided.Server);
    private string user = "";

    public async ValueTask InitializeAsync()
    {
        await provided.ResetAllAsync();
        user = await provided.AddAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task E1_an_answer_that_was_used_on_another_replica()
    {
        foreach (var (first, second) in ((string, string)[])[(server.Url, provided.ReplicaUrl), (provided.ReplicaUrl, server.Url)])
        {
            var answer = await provided.AnswerAsync(browser);
            (await browser.GetAsync(At(first, answer))).ShouldBe(303);
            (await browser.GetAsync(At(second, answer))).ShouldBeRefused("finished already", "used before");
        }
        var (once, before) = (await provided.AnswerAsync(browser), provided.Provider.CountTokenRequests());
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => browser.GetAsync(At(i % 2 == 0 ? server.Url : provided.ReplicaUrl, once))));
        answers.Count(one => one.Status == 303).ShouldBe(1);
        answers.Where(one => one.Status != 303).ShouldAllBe(one => one.Status == 400 && one.Text.Contains("finished already", StringComparison.Ordinal));
        provided.Provider.CountTokenRequests().ShouldBe(before + 1, "the code was sent once");
    }

    /// <summary>Code injection, RFC 9700 section 4.5: the thief begins a sign-in too, and comes back from it with the code of another's.</summary>
    [Fact]
    public async Task E3_a_stolen_code_in_a_sign_in_of_the_thief()
    {
        using var thief = new TestBrowser(server);
        var begun = await browser.GetAsync(ProviderServer.Start);
        var stolen = Of(provided.Provider.Authorize(begun.Location!), "code");
        var before = provided.Provider.CountTokenRequests();
        (await thief.GetAsync(With(await provided.AnswerAsync(thief), stolen))).ShouldBeRefused("invalid_grant");
        (await thief.MeAsync()).ShouldBeNull();
        provided.Provider.CountTokenRequests().ShouldBe(before + 1);
        var sent = QueryHelpers.ParseQuery(provided.Provider.Requests.Last(request => request.Path.EndsWith("/token", StringComparison.Ordinal)).Body);
        sent["code"].ToString().ShouldBe(stolen);
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(sent["code_verifier"].ToString()))).ShouldNotBe(Of(begun.Location!, "code_challenge"));

        // Where the provider does not look at the verifier, the nonce still is another browser's.
        provided.Provider.ForgetsVerifier = true;
        stolen = Of(await provided.AnswerAsync(browser), "code");
        (await thief.GetAsync(With(await provided.AnswerAsync(thief), stolen))).ShouldBeRefused("could not be proven", "'nonce' is not the one");
        (await thief.MeAsync()).ShouldBeNull();
        // In its own browser such a code is good.
        provided.Provider.ForgetsVerifier = false;
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.MeAsync())!.Id.ShouldBe(user);
    }

    /// <summary>Mix-up, RFC 9700 section 4.4: whichever of two providers is set here, the other's answer and its code go to neither.</summary>
    [Fact]
    public async Task E4_the_answer_of_the_other_of_two_providers()
    {
        foreach (var (chosen, other) in ((TestProvider, TestProvider)[])[(provided.Provider, provided.Other), (provided.Other, provided.Provider)])
        {
            await ChooseAsync(chosen);
            var before = (chosen.CountTokenRequests(), other.CountTokenRequests());
            var location = (await browser.GetAsync(ProviderServer.Start)).ShouldBe(303).Location!;
            location.ShouldStartWith(chosen.Issuer);
            var mixed = other.Authorize(location);
            Of(mixed, "iss").ShouldBe(other.Issuer);
            (await browser.GetAsync(mixed)).ShouldBeRefused("not of the identity provider that you were sent to", $"'iss' is '{other.Issuer}', not '{chosen.Issuer}'");

            // Begun with the one, and when it answers the other is set.
            var late = chosen.Authorize((await browser.GetAsync(ProviderServer.Start)).ShouldBe(303).Location!);
            await ChooseAsync(other);
            (await browser.GetAsync(late)).ShouldBeRefused("changed meanwhile");
            (chosen.CountTokenRequests(), other.CountTokenRequests()).ShouldBe(before, "no code was sent");
            (await browser.MeAsync()).ShouldBeNull();
        }
        await ChooseAsync(provided.Provider);
        var sent = provided.Provider.CountTokenRequests();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        provided.Provider.CountTokenRequests().ShouldBe(sent + 1);
    }

    [Fact]
    public async Task E10_a_group_that_was_taken_away_takes_the_team_from_every_key_on_every_replica()
    {
        var group = Tenancy.Unique("group");
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = Tenancy.Unique("team"), ExternalSecurityGroups = new[] { new { Id = group } } });
        await server.GiveRoleAsync(team.Id, "userroles-systemadministrator", null);
        provided.Provider.Person["groups"] = new[] { group };
        (await provided.SignInAsync(browser)).ShouldBe(303);
        browser.Client.DefaultRequestHeaders.Add("Origin", server.Url);
        var key = (await browser.Client.MakeAsync($"/api/users/{user}/apikeys", new { Purpose = "script" }))["ApiKey"];
        using var here = server.ClientWithKey(key);
        using var there = provided.AtReplica(key);
        foreach (var client in (HttpClient[])[here, there])
        {
            (await client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        }

        provided.Provider.Person["groups"] = Array.Empty<string>();
        using var elsewhere = new TestBrowser(server);
        (await provided.SignInAsync(elsewhere)).ShouldBe(303);
        (await here.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        await Eventually.TrueAsync(async () => (await there.SendAsync("GET", ProviderServer.Settings)).Status == 403, "the replica has heard of it");
        foreach (var client in (HttpClient[])[here, there])
        {
            (await client.SeeAsync("/api/users/me")).Id.ShouldBe(user, "the key itself goes on");
        }
    }

    private Task ChooseAsync(TestProvider provider) => provided.SaveAsync(new { provider.Issuer, ClientSecret = new { HasValue = true, NewValue = TestProvider.ClientSecret } });

    private static string At(string url, string answer) => url + new Uri(answer).PathAndQuery;

    private static string Of(string address, string parameter) => QueryHelpers.ParseQuery(new Uri(address).Query)[parameter].ToString();

    private static string With(string answer, string code) => answer.Replace($"code={Of(answer, "code")}", $"code={code}", StringComparison.Ordinal);
}
