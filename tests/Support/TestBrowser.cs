using System.Net;
using System.Net.Sockets;

namespace OctoLogin.Tests.Support;

/// <summary>What came back, and the page's text.</summary>
public sealed record PageAnswer(int Status, string Text, Uri Address, string? Location, IReadOnlyList<string> SetCookies)
{
    public PageAnswer ShouldBe(int status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    /// <summary>A page that says why nobody was signed in, for the person and for their administrator.</summary>
    public PageAnswer ShouldBeRefused(params string[] texts)
    {
        ShouldBe(400);
        return ShouldSay(["You were not signed in", "correlation id", .. texts]);
    }

    public PageAnswer ShouldSay(params string[] texts)
    {
        var text = WebUtility.HtmlDecode(Text);
        foreach (var expected in texts)
        {
            text.ShouldContain(expected);
        }
        return this;
    }
}

/// <summary>A browser without a window: it keeps cookies, knows the test's host names and CA, and follows redirects only when told.</summary>
public sealed class TestBrowser : IDisposable
{
    private readonly ServerFixture server;
    private readonly HttpClient client;

    public TestBrowser(ServerFixture server)
    {
        this.server = server;
        client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = true,
            CookieContainer = Cookies,
            ConnectCallback = ConnectAsync,
            SslOptions = new() { CertificateChainPolicy = OctoLogin.Http.TlsTrust.By([server.Certificates.Ca]) },
        }) { BaseAddress = new Uri(server.Url) };
    }

    public CookieContainer Cookies { get; } = new();
    public HttpClient Client => client;

    public Task<PageAnswer> GetAsync(string address) => SendAsync(new HttpRequestMessage(HttpMethod.Get, address));

    public Task<PageAnswer> PostAsync(string address, params (string Name, string Value)[] form) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    /// <summary>Goes where it is sent, until somebody answers with a page.</summary>
    public async Task<PageAnswer> FollowAsync(PageAnswer answer)
    {
        for (var hops = 0; answer.Location is { } next && hops < 20; hops++)
        {
            answer = await GetAsync(new Uri(answer.Address, next).AbsoluteUri);
        }
        return answer;
    }

    /// <summary>Who the browser is signed in as; null: nobody.</summary>
    public async Task<ApiAnswer?> MeAsync() => await client.SendAsync("GET", "/api/users/me") is { Status: 200 } me ? me : null;

    public void Dispose() => client.Dispose();

    private async Task<PageAnswer> SendAsync(HttpRequestMessage request)
    {
        using var sent = request;
        using var response = await client.SendAsync(sent);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.RequestMessage!.RequestUri!, response.Headers.Location?.OriginalString,
            response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : []);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var address = server.Hosts.TryGetValue(context.DnsEndPoint.Host, out var known) ? known : new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
