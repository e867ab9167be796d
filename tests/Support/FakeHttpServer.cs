using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OctoLogin.Tests.Support;

/// <summary>What arrived; header names in any case.</summary>
public sealed record FakeRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What goes back. <see cref="Abort"/> breaks the connection instead.</summary>
public sealed record FakeAnswer(int Status, string Body = "", string ContentType = "application/json")
{
    public static readonly FakeAnswer Abort = new(0);

    public IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>();

    public FakeAnswer With(string header, string value) => this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };
}

/// <summary>A server at the network's edge: real HTTP (and TLS, with a certificate) on a free loopback port, with a function for a mind.</summary>
public sealed class FakeHttpServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool https;

    private FakeHttpServer(WebApplication app, bool https) => (this.app, this.https) = (app, https);

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    public int Port => new Uri(app.Urls.First()).Port;

    /// <summary>Without a slash at its end.</summary>
    public string Url => UrlAs(https ? "localhost" : "127.0.0.1");

    public string UrlAs(string host) => $"{(https ? "https" : "http")}://{host}:{Port}";

    public static Task<FakeHttpServer> StartAsync(Func<FakeRequest, FakeAnswer> answer, X509Certificate2? certificate = null, int port = 0) =>
        StartAsync(request => Task.FromResult(answer(request)), certificate, port);

    /// <param name="answer">May ask others first.</param>
    public static async Task<FakeHttpServer> StartAsync(Func<FakeRequest, Task<FakeAnswer>> answer, X509Certificate2? certificate = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var server = new FakeHttpServer(builder.Build(), certificate is not null);
        server.app.Run(context => server.AnswerAsync(context, answer));
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Nothing here is worth waiting for: the connections' other ends may be gone.
        await app.StopAsync(new CancellationToken(true));
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, Func<FakeRequest, Task<FakeAnswer>> answer)
    {
        using var body = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new FakeRequest(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "", headers, await body.ReadToEndAsync());
        Requests.Enqueue(request);
        var sent = await answer(request);
        if (ReferenceEquals(sent, FakeAnswer.Abort))
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = sent.Status;
        context.Response.ContentType = sent.ContentType;
        foreach (var (name, value) in sent.Headers)
        {
            context.Response.Headers[name] = value;
        }
        await context.Response.WriteAsync(sent.Body);
    }
}
