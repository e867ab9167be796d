using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Http;

/// <summary>Who may say where a request came from: the audit and the limit of refusals believe it.</summary>
public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    [InlineData("localhost")]
    public async Task A_proxy_that_is_named_says_who_the_client_is_and_of_a_list_only_the_last_was_written_by_it(string proxy)
    {
        await using var server = await StartAsync(proxy);
        (await AddressAsync(server, "198.51.100.7")).ShouldBe("198.51.100.7");
        (await AddressAsync(server, "203.0.113.1, 198.51.100.7")).ShouldBe("198.51.100.7");
        (await AddressAsync(server, "2001:db8::7")).ShouldBe("2001:db8::7");
        (await AddressAsync(server, "198.51.100.7, nonsense")).ShouldBe("127.0.0.1");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.0.0.0/8")]
    [InlineData("proxy.octologin.invalid")]
    public async Task A_stranger_cannot_say_to_be_somebody_else(string? proxy)
    {
        await using var server = await StartAsync(proxy);
        (await AddressAsync(server, "198.51.100.7")).ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task What_is_no_address_network_or_name_is_a_fault() =>
        (await Should.ThrowAsync<OctoLogin.Database.StartupException>(() => StartAsync("http://proxy"))).Message.ShouldContain("TrustedProxies has 'http://proxy'");

    private static async Task<ServerFixture> StartAsync(string? proxy)
    {
        var server = new ServerFixture();
        if (proxy is not null)
        {
            server.Settings["TrustedProxies:0"] = proxy;
        }
        await server.InitializeAsync();
        return server;
    }

    private static async Task<string> AddressAsync(ServerFixture server, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token/v1") { Content = new FormUrlEncodedContent(Exchanges.Form("x", "y")) };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        using var answer = await server.Anonymous.SendAsync(request);
        await using var command = server.Database.DataSource.CreateCommand($"select ip_address from audit_events where correlation_id = '{answer.Headers.GetValues("X-Correlation-Id").Single()}'");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
