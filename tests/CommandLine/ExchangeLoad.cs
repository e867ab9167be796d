using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>
/// Clients that exchange tokens without pause, each token once, some twice at once, and some again long after, and what each was
/// answered. It goes on whatever happens to the server.
/// </summary>
internal sealed class ExchangeLoad : IAsyncDisposable
{
    private const int Loops = 6;

    private readonly ExchangingServer server;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<(string SubjectTokenId, string AccessTokenId)> answered = new();
    private readonly ConcurrentQueue<(string Id, string Token)> old = new();
    private readonly Lock signing = new();
    private readonly Task[] loops;
    private int unanswered;

    public ExchangeLoad(ExchangingServer server, int seed)
    {
        this.server = server;
        loops = [.. Enumerable.Range(0, Loops).Select(i => Task.Run(() => ExchangeAsync(new Random(seed + i))))];
    }

    /// <summary>Statuses and bodies of everything but success.</summary>
    public ConcurrentQueue<(int Status, string Text)> Refusals { get; } = new();

    public int Answered => answered.Count;

    /// <summary>Exchanges whose connection ended without an answer: whether they took place, their clients do not know.</summary>
    public int Unanswered => unanswered;

    public Task MoreAsync(int count)
    {
        var enough = answered.Count + count;
        return Eventually.TrueAsync(
            async () =>
            {
                // A client that failed will not send more.
                await Task.WhenAll(loops.Where(loop => loop.IsCompleted));
                return answered.Count >= enough;
            }, $"{count} more tokens are issued", TimeSpan.FromMinutes(1));
    }

    public async Task EndAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(loops);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    /// <summary>Every answered token has its event, none was accepted twice, and nothing was refused for a wrong reason.</summary>
    public void ShouldBeRecorded(IReadOnlyList<(string AccessTokenId, string SubjectTokenId)> events)
    {
        var recorded = events.ToLookup(each => each.AccessTokenId, each => each.SubjectTokenId);
        answered.Where(each => recorded[each.AccessTokenId].SingleOrDefault() != each.SubjectTokenId).ShouldBeEmpty("each answered token has its one event");
        events.GroupBy(each => each.SubjectTokenId).Where(uses => uses.Count() > 1).Select(uses => uses.Key).ShouldBeEmpty("no subject token was accepted twice");
        answered.GroupBy(each => each.SubjectTokenId).Where(uses => uses.Count() > 1).Select(uses => uses.Key).ShouldBeEmpty("no subject token was answered twice");
        foreach (var (status, text) in Refusals)
        {
            var error = JsonDocument.Parse(text).RootElement;
            error.GetProperty("ErrorMessage").GetString().ShouldNotBeNullOrEmpty();
            if (status == 400)
            {
                text.ShouldContain("was used before");
            }
            else
            {
                (status, error.GetProperty("error").GetString()).ShouldBe((503, "temporarily_unavailable"), text);
            }
        }
    }

    private async Task ExchangeAsync(Random random)
    {
        using var client = server.Program.Client();
        while (!ending.IsCancellationRequested)
        {
            var fresh = Sign();
            // The same token twice at the same moment, or one of before a kill once more.
            Task[] sent = random.Next(8) switch
            {
                0 => [SendAsync(client, fresh), SendAsync(client, fresh)],
                1 when old.TryDequeue(out var again) => [SendAsync(client, fresh), SendAsync(client, again)],
                _ => [SendAsync(client, fresh)],
            };
            await Task.WhenAll(sent);
            if (random.Next(4) == 0)
            {
                old.Enqueue(fresh);
            }
        }
    }

    private async Task SendAsync(HttpClient client, (string Id, string Token) subject)
    {
        try
        {
            var answer = await Exchanges.SendAsync(client, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(server.Audience, subject.Token)));
            if (answer.Status == 200)
            {
                answered.Enqueue((subject.Id, IdOf(answer.AccessToken)));
            }
            else
            {
                Refusals.Enqueue((answer.Status, answer.Text));
            }
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref unanswered);
            // As a client waits a moment for a server that is not there.
            await Task.Delay(5);
        }
    }

    public (string Id, string Token) Sign()
    {
        var claims = GitHubClaims.Of(server.Audience, DateTimeOffset.UtcNow, server.Issuer.Issuer);
        lock (signing)
        {
            return ((string)claims["jti"]!, server.Issuer.Sign(claims));
        }
    }

    private static string IdOf(string accessToken) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(accessToken.Split('.')[1])).RootElement.GetProperty("jti").GetString()!;
}
