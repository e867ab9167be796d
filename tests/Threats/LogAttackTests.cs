using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.TokenExchange;

namespace OctoLogin.Tests.Threats;

/// <summary>Section I of docs/threats.md: what must not get into logs and traces, and what strangers must not write there.</summary>
public sealed class LogAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    [Fact]
    public async Task I1_no_token_and_no_key_is_logged_or_traced_whatever_becomes_of_it()
    {
        var traced = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(one => one.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        var caller = await server.AddCallerAsync();
        var (_, audience) = await server.AddTrustedAccountAsync();
        var tokens = new List<string>();
        string New(Action<Dictionary<string, object?>>? change = null)
        {
            tokens.Add(server.GitHubToken(audience, change));
            return tokens[^1];
        }

        var access = (await server.ExchangeAsync(audience, New())).AccessToken;
        tokens.Add(access);
        await server.ExchangeAsync(audience, tokens[0]);
        await server.ExchangeAsync(audience, New(claims => claims["sub"] = "other"));
        await server.ExchangeAsync(audience, New(claims => claims["exp"] = 1));
        await server.ExchangeAsync("nobody", New());
        await server.ExchangeAsync(audience, New() + "x");
        await server.SendAsync($"/token/v1?subject_token={New()}&access_token={access}", new FormUrlEncodedContent([]));
        await server.SendAsync("/token/v1", JsonContent.Create(new { subject_token = New(), audience = new[] { 1 } }));
        await server.SendAsync("/token/v1", new StringContent($"{{\"subject_token\":\"{New()}", Encoding.UTF8, "application/json"));
        using (var client = server.ClientWithToken(access))
        {
            await client.CallAsync(HttpMethod.Get, "/api/users/me");
            await client.CallAsync(HttpMethod.Get, $"/api/users/me?apikey={caller.ApiKey}");
            await client.CallAsync(HttpMethod.Post, "/api/users", new { Username = 1 });
        }
        using (var client = server.ClientWithToken(New()))
        {
            await client.CallAsync(HttpMethod.Get, "/api/users/me");
        }
        await caller.Client.CallAsync(HttpMethod.Get, "/api/users/me");
        await server.IntrospectAsync(server.Admin, access);
        await server.RevokeAsync(access);
        using (var client = server.ClientWithToken(access))
        {
            await client.CallAsync(HttpMethod.Get, "/api/users/me");
        }

        // How many more there are is the background's chance.
        server.Log.Lines.Count.ShouldBeGreaterThan(10);
        traced.Count.ShouldBeGreaterThan(20);
        var secrets = tokens.Select(token => token.Split('.')[2]).Append(caller.ApiKey).Append(ServerFixture.AdminApiKey).ToList();
        server.Log.Lines.Concat(traced).Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public async Task I2_line_ends_and_terminal_codes_from_strangers_are_encoded_everywhere()
    {
        const string Hostile = "x\r\nINJECTED: line\u001b[2J\u001b]0;t\u0007\u202e\u2028\u0085\u0000";
        var (_, audience) = await server.AddTrustedAccountAsync();
        var json = JsonSerializer.Serialize(Hostile);
        string[] tokens =
        [
            server.WithClaim(audience, "sub", json), server.WithClaim(audience, "iss", json), server.WithClaim(audience, "aud", json), server.WithClaim(audience, "repository_id", json), server.WithClaim(audience, "event_name", json),
            server.WithClaim(audience, Hostile, json), server.GitHub.SignText(server.GoodPayload(audience), $$"""{"alg":"RS256","kid":{{json}}}"""), Hostile,
        ];
        var answers = new List<TokenAnswer>();
        foreach (var token in tokens)
        {
            answers.Add(await server.ExchangeAsync(audience, token));
        }
        answers.Add(await server.ExchangeAsync(Hostile, tokens[0]));
        answers.Add(await server.ExchangeAsync(audience, tokens[0], ("scope", Hostile)));
        answers.Add(await server.ExchangeAsync(audience, tokens[0], ("grant_type", Hostile)));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/token/v1/{Uri.EscapeDataString(Hostile.Replace("\0", ""))}") { Content = new FormUrlEncodedContent([]) };
        request.Headers.TryAddWithoutValidation("User-Agent", "agent \u001b[2J");
        using (await server.Anonymous.SendAsync(request))
        {
        }
        foreach (var answer in answers.Where(one => one.Status != 200))
        {
            answer.Description.ShouldNotContain(c => IsHostile(c), answer.Description);
            foreach (var (_, details, message) in await server.EventsAsync(answer.CorrelationId))
            {
                message.ShouldNotContain(c => IsHostile(c), message);
                JsonDocument.Parse(details).RootElement.GetProperty("reason").GetString()!.ShouldNotContain(c => IsHostile(c), details);
            }
        }
        answers.Count(one => one.Status == 400).ShouldBe(answers.Count - 2, "an event and a member that no condition asks for are no reason to refuse");
        // Our own exceptions have stack traces with line ends; what a stranger sent never begins a line.
        server.Log.Lines.ShouldNotContain(line => line.Contains("\nINJECTED", StringComparison.Ordinal) || line.Contains('\u001b'));
    }

    [Fact]
    public async Task I4_every_refusal_has_a_reason_and_an_id_under_which_the_audit_has_the_whole()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        foreach (var token in (string[])["", "a.b.c", server.WithClaim(audience, "exp", "1"), server.WithClaim(audience, "sub", "\"x\""), server.WithClaim(audience, "iss", "\"https://x.example.com\""), server.WithClaim(audience, "repository_id", "\"1\"")])
        {
            var answer = await server.ExchangeAsync(audience, token);
            var details = await server.ShouldBeRefusedAsync(answer, answer.Description, JsonDocument.Parse((await server.EventsAsync(answer.CorrelationId)).Single().Details).RootElement.GetProperty("reason").GetString());
            details.GetProperty("reason").GetString()!.Length.ShouldBeGreaterThan(15);
            answer.Text.ShouldContain($"(correlation id {answer.CorrelationId})");
        }
    }

    private static bool IsHostile(char c) => char.IsControl(c) || c is '\u202e' or '\u2028';
}
