using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using OctoLogin.Http;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.TokenExchange;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Threats;

/// <summary>Rows D9 and J1 of docs/threats.md: requests that would crash a client by our answer, or us by their size.</summary>
public sealed class ErrorAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    [Theory]
    [InlineData("/token/v1")]
    [InlineData("/.well-known/openid-configuration")]
    public async Task D9_a_bug_of_ours_is_JSON_with_the_four_fields_and_tells_nothing(string path)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseCorrelationId();
        app.UseMiddleware<OAuthErrors>();
        app.Run(_ => throw new InvalidOperationException("a secret of the implementation"));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var answer = await Exchanges.SendAsync(client, path, new FormUrlEncodedContent([]));
        answer.ShouldHaveTheFourFields(500, "server_error");
        answer.Description.ShouldBe("Something went wrong in the server. Nothing was issued.");
        answer.Text.ShouldNotContain("secret");
    }

    [Fact]
    public async Task J1_a_megabyte_of_token_and_a_body_that_nests_ten_thousand_deep()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        foreach (var size in (int[])[64 * 1024, 1024 * 1024])
        {
            (await server.ExchangeAsync(audience, new string('a', size))).ShouldHaveTheFourFields(413, "invalid_request");
            var chunked = new StringContent(new string('a', size + 1), Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/token/v1") { Content = chunked, Headers = { TransferEncodingChunked = true } };
            using var response = await server.Anonymous.SendAsync(request);
            ((int)response.StatusCode).ShouldBe(413);
        }
        (await server.ShouldRefuseAsync(audience, new string('a', CompactLimit + 1), "a long token")).ShouldContain("at most 16384 are accepted");
        foreach (var deep in (string[])[new string('[', 10_000), $"{{\"audience\":{new string('[', 10_000)}{new string(']', 10_000)}}}", string.Concat(Enumerable.Repeat("{\"a\":", 10_000))])
        {
            var answer = await server.SendAsync("/token/v1", new StringContent(deep, Encoding.UTF8, "application/json"));
            answer.ShouldHaveTheFourFields(400, "invalid_request");
            answer.Description.ShouldBe("The body is not valid JSON.");
        }
        var payload = server.GoodPayload(audience);
        await server.ShouldRefuseAsync(audience, server.GitHub.SignText($"{payload[..^1]},\"x\":{new string('[', 4000)}{new string(']', 4000)}}}"), "a deep payload");
    }

    private const int CompactLimit = 16 * 1024;

    /// <summary>Kestrel ends a body that comes slower than 240 bytes a second; the answer is still ours.</summary>
    [Fact]
    public async Task J1_a_body_that_comes_by_drops_is_ended_with_408()
    {
        var url = new Uri(server.Url);
        using var socket = new TcpClient();
        await socket.ConnectAsync(url.Host, url.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /token/v1 HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"audience\":"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        answer.ShouldStartWith("HTTP/1.1 408 ");
        var body = answer[answer.IndexOf('{')..(answer.LastIndexOf('}') + 1)];
        JsonDocument.Parse(body).RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
    }

    [Theory]
    [InlineData("gzip", "application/json")]
    [InlineData("gzip", "application/x-www-form-urlencoded")]
    [InlineData("br", "application/json")]
    [InlineData("deflate", "application/json")]
    public async Task J1_a_compressed_body_is_not_unpacked(string encoding, string type)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var form = Exchanges.Form(audience, server.GitHubToken(audience));
        using var plain = new FormUrlEncodedContent(form);
        // Unpacked, it would be a good exchange.
        var content = new ByteArrayContent(Compressed(encoding, type == "application/json" ? JsonSerializer.SerializeToUtf8Bytes(form) : await plain.ReadAsByteArrayAsync()))
        {
            Headers = { ContentType = new(type), ContentEncoding = { encoding } },
        };
        var answer = await server.SendAsync("/token/v1", content);
        answer.ShouldHaveTheFourFields(400, "invalid_request");
        (await server.EventsAsync(answer.CorrelationId)).ShouldHaveSingleItem().Category.ShouldBe("TokenRefused");
        (await server.SendAsync("/token/v1", new FormUrlEncodedContent(form))).Status.ShouldBe(200, "the token in it was not used");
    }

    private static byte[] Compressed(string encoding, byte[] body)
    {
        using var packed = new MemoryStream();
        using (Stream packing = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new ZLibStream(packed, CompressionLevel.Fastest),
        })
        {
            packing.Write(body);
        }
        return packed.ToArray();
    }
}
