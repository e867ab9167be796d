using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OctoLogin.Bench.Load;

namespace OctoLogin.Bench.Soak;

/// <summary>
/// Jobs at a steady rate, as CI has them: a login, a call with the access token, its end. Some present their token again, some one
/// that somebody changed; both must be refused. Anything unexpected is counted and the first one kept.
/// </summary>
internal sealed class SoakJobs(string url, string audience, SubjectTokens tokens, int perSecond) : IDisposable
{
    /// <summary>Short, so that what is kept of a token is soon of no use.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(1);

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 32 }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };
    private long done;
    private long faults;

    public long Done => Interlocked.Read(ref done);
    public long Faults => Interlocked.Read(ref faults);
    public string? FirstFault { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        using var running = new SemaphoreSlim(64);
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        try
        {
            for (var number = 0L; await tick.WaitForNextTickAsync(end); number++)
            {
                await running.WaitAsync(end);
                _ = OneAsync(number).ContinueWith(_ => running.Release(), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over; those on the way are waited for.
            for (var i = 0; i < 64; i++)
            {
                await running.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
            }
        }
    }

    public void Dispose() => client.Dispose();

    private async Task OneAsync(long number)
    {
        try
        {
            var subject = tokens.SignFor(TokenLife);
            if (number % 20 == 19)
            {
                await ExpectAsync(HttpStatusCode.BadRequest, await ExchangeAsync($"{subject[..^8]}AAAAAAAA"));
            }
            var answer = await ExpectAsync(HttpStatusCode.OK, await ExchangeAsync(subject));
            if (number % 10 == 9)
            {
                await ExpectAsync(HttpStatusCode.BadRequest, await ExchangeAsync(subject));
            }
            using var json = JsonDocument.Parse(answer);
            var access = json.RootElement.GetProperty("access_token").GetString()!;
            await ExpectAsync(HttpStatusCode.OK, await GetMeAsync(access));
            if (number % 2 == 0)
            {
                await ExpectAsync(HttpStatusCode.OK, await client.PostAsync("/token/revoke/v1", Form(("token", access))));
                await ExpectAsync(HttpStatusCode.Unauthorized, await GetMeAsync(access));
            }
            Interlocked.Increment(ref done);
        }
        catch (Exception fault)
        {
            Interlocked.Increment(ref faults);
            FirstFault ??= fault.Message;
        }
    }

    private Task<HttpResponseMessage> ExchangeAsync(string subject) => client.PostAsync("/token/v1", Form(
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", audience),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"), ("subject_token", subject)));

    private async Task<HttpResponseMessage> GetMeAsync(string access)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", access) } };
        return await client.SendAsync(request);
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.ToDictionary(field => field.Name, field => field.Value));

    private static async Task<string> ExpectAsync(HttpStatusCode expected, HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return response.StatusCode == expected ? text : throw new InvalidOperationException($"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode} instead of {(int)expected}: {text}");
        }
    }
}
