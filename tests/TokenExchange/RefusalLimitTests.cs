using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>How many rows strangers can have us write, and that it costs nobody else anything. Five refusals a minute are the limit here.</summary>
public sealed class RefusalLimitTests : IAsyncLifetime
{
    private const int Limit = 5;

    private readonly ServerFixture server = new();
    private string audience = "";

    public async ValueTask InitializeAsync()
    {
        server.Settings["RateLimits:RefusalsPerMinute"] = $"{Limit}";
        server.Settings["TrustedProxies:0"] = "127.0.0.1";
        await server.InitializeAsync();
        (_, audience) = await server.AddTrustedAccountAsync();
        // To the beginning of a minute, so that a test stays within one.
        server.Clock.Stop();
        server.Clock.Advance(TimeSpan.FromSeconds(60 - server.Clock.GetUtcNow().Second));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task An_address_that_is_refused_too_often_waits_and_writes_nothing_more_and_good_logins_do_not_count()
    {
        for (var i = 0; i < 2 * Limit; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        }
        await RefuseAsync();
        var events = await server.CountAsync("audit_events");

        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(429, answer.Text);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
        answer.Description.ShouldStartWith("More than 5 logins from your address were refused within a minute");
        (await server.CountAsync("audit_events")).ShouldBe(events);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    /// <summary>Threat J2: the flood is answered with 429, and those elsewhere never notice.</summary>
    [Fact]
    public async Task A_client_of_another_address_is_served_while_one_is_told_to_wait()
    {
        await RefuseAsync();
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(429);

        using var other = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectFromAnotherAddressAsync }) { BaseAddress = new Uri(server.Url) };
        (await Exchanges.SendAsync(other, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, server.GitHubToken(audience))))).Status.ShouldBe(200);
        // It is counted too, for itself.
        for (var i = 0; i < Limit; i++)
        {
            (await Exchanges.SendAsync(other, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, "nonsense")))).Status.ShouldBe(400);
        }
        (await Exchanges.SendAsync(other, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, "nonsense")))).Status.ShouldBe(429);
    }

    /// <summary>Threat J2: who has a /64 could take another address for each try.</summary>
    [Fact]
    public async Task The_addresses_of_one_IPv6_network_are_counted_together_and_its_neighbours_are_not()
    {
        for (var i = 0; i < Limit; i++)
        {
            (await FromAsync($"2001:db8:0:1::{i + 1:x}", "nonsense")).Status.ShouldBe(400);
        }
        (await FromAsync("2001:db8:0:1:ffff:ffff:ffff:ffff", server.GitHubToken(audience))).Status.ShouldBe(429);
        (await FromAsync("2001:db8:0:2::1", server.GitHubToken(audience))).Status.ShouldBe(200);
        // However it is written, an IPv4 address is the one that it is.
        for (var i = 0; i < Limit; i++)
        {
            (await FromAsync(i % 2 == 0 ? "198.51.100.7" : "::ffff:198.51.100.7", "nonsense")).Status.ShouldBe(400);
        }
        (await FromAsync("198.51.100.7", server.GitHubToken(audience))).Status.ShouldBe(429);
        (await FromAsync("198.51.100.8", server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    /// <summary>Threat J2: each is an attempt with its row, although nothing of it came as far as a decision.</summary>
    [Theory]
    [InlineData("a length over the limit", "POST /token/v1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n", "The body is larger than 64 KiB.")]
    [InlineData("a bad chunk", "POST /token/v1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "The request could not be read.")]
    [InlineData("gone in mid-body", "POST /token/v1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n", null)]
    public async Task A_body_that_cannot_be_read_counts_like_any_other_refusal(string what, string request, string? told)
    {
        var before = await server.CountAsync("audit_events");
        for (var i = 0; i < 6 * Limit; i++)
        {
            var answer = await SendRawAsync(request, reset: told is null);
            if (told is not null)
            {
                var json = JsonDocument.Parse(answer[answer.IndexOf('{')..(answer.LastIndexOf('}') + 1)]).RootElement;
                json.GetProperty("error").GetString().ShouldBe(i < Limit ? "invalid_request" : "slow_down", $"{what}: {answer}");
                json.GetProperty("error_description").GetString()!.ShouldStartWith(i < Limit ? told : "More than 5 logins");
            }
            else
            {
                answer.ShouldStartWith(i < Limit ? "HTTP/1.1 100 " : "HTTP/1.1 429 ");
            }
            if (told is null && i < Limit)
            {
                // Who left is noticed when its connection is.
                await Eventually.TrueAsync(async () => await server.CountAsync("audit_events") == before + i + 1, "the attempt is recorded");
            }
        }
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(429, what);
        (await server.CountAsync("audit_events") - before).ShouldBe(Limit, what);
        await using var command = server.Database.DataSource.CreateCommand("select details->>'error' from audit_events order by number desc limit 1");
        (await command.ExecuteScalarAsync()).ShouldBe(told is null ? "server_error" : "invalid_request", "the event says what the client was told");
    }

    /// <summary>An issuer's outage, with the retries of many jobs behind one address, must not turn away the logins of other issuers there.</summary>
    [Fact]
    public async Task What_an_outage_refuses_counts_against_nobody_and_its_rows_are_bounded_too()
    {
        server.GitHub.Discovery = () => new FakeAnswer(500);
        var before = await server.CountAsync("audit_events");
        for (var i = 0; i < 4 * Limit; i++)
        {
            var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
            answer.Status.ShouldBe(503, answer.Text);
        }
        (await server.CountAsync("audit_events") - before).ShouldBe(Limit);

        server.GitHub.Discovery = null;
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    private async Task RefuseAsync()
    {
        for (var i = 0; i < Limit; i++)
        {
            (await server.ExchangeAsync(audience, "nonsense")).Status.ShouldBe(400);
        }
    }

    private async Task<TokenAnswer> FromAsync(string address, string token)
    {
        var content = new FormUrlEncodedContent(Exchanges.Form(audience, token));
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", address);
        return await Exchanges.SendAsync(client, "/token/v1", content);
    }

    private async Task<string> SendRawAsync(string request, bool reset)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(server.Url).Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var (answer, received) = ("", new byte[4096]);
        // The server may wait for the rest of the body after its answer: who has read that goes.
        while (!answer.Contains("\"]}", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(received).WaitAsync(TimeSpan.FromSeconds(30));
            answer += Encoding.ASCII.GetString(received, 0, read);
            if (read == 0 || (reset && answer.Length > 0))
            {
                break;
            }
        }
        if (reset)
        {
            await socket.SendAsync("{\"audience\":"u8.ToArray());
            socket.LingerState = new LingerOption(true, 0);
        }
        return answer;
    }

    private async ValueTask<Stream> ConnectFromAnotherAddressAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
