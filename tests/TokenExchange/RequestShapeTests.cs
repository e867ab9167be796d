using System.Net;
using System.Text;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>Step 1 of the contract: the request's shape, sizes and values.</summary>
public sealed class RequestShapeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    public static TheoryData<string, string, string?> WrongParameters => new()
    {
        { "grant_type", "grant_type is missing.", null },
        { "audience", "audience is missing.", null },
        { "audience", "audience is empty.", "" },
        { "subject_token_type", "subject_token_type is missing.", null },
        { "subject_token_type", "subject_token_type is 'urn:ietf:params:oauth:token-type:saml2'; it must be 'urn:ietf:params:oauth:token-type:jwt' or 'urn:ietf:params:oauth:token-type:id_token'.", "urn:ietf:params:oauth:token-type:saml2" },
        { "subject_token", "subject_token is missing.", null },
        { "subject_token", "subject_token has 16385 characters, at most 16384 are accepted.", new string('a', 16385) },
        { "requested_token_type", "requested_token_type is 'urn:ietf:params:oauth:token-type:refresh_token'; only 'urn:ietf:params:oauth:token-type:access_token' can be issued.", "urn:ietf:params:oauth:token-type:refresh_token" },
        { "actor_token", "actor_token is not supported: nobody acts for another here.", "x" },
        { "expires_in", "expires_in is '-5'; it must be a whole number of seconds above 0.", "-5" },
    };

    [Theory]
    [MemberData(nameof(WrongParameters))]
    public async Task Refuses_a_parameter_that_is_missing_empty_or_wrong_and_says_which(string name, string description, string? value)
    {
        var form = Exchanges.Form(Guid.NewGuid().ToString(), "a.b.c");
        form.Remove(name);
        if (value is not null)
        {
            form[name] = value;
        }
        await server.ShouldBeRefusedAsync(await server.SendAsync("/token/v1", new FormUrlEncodedContent(form)), description);
    }

    [Fact]
    public async Task Refuses_another_grant_by_its_own_error_code()
    {
        var form = Exchanges.Form(Guid.NewGuid().ToString(), "a.b.c");
        form["grant_type"] = "client_credentials";
        await server.ShouldBeRefusedAsync(await server.SendAsync("/token/v1", new FormUrlEncodedContent(form)),
            "grant_type is 'client_credentials'; only 'urn:ietf:params:oauth:grant-type:token-exchange' is supported.", error: "unsupported_grant_type");
    }

    [Fact]
    public async Task Refuses_a_resource_by_its_own_error_code()
    {
        var answer = await server.ExchangeAsync(Guid.NewGuid().ToString(), "a.b.c", ("resource", "https://elsewhere.example.com"));
        await server.ShouldBeRefusedAsync(answer, "resource is not supported: an access token is for this server; name the service account in audience.", error: "invalid_target");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "audience=a&audience=b&grant_type=x", "audience is given twice.")]
    [InlineData("application/json", """{"audience":"a","audience":"b"}""", "audience is given twice.")]
    [InlineData("application/json", """{"audience":["a"]}""", "audience must be a string.")]
    [InlineData("application/json", """[1]""", "The body must be a JSON object.")]
    [InlineData("application/json", """{"audience":""", "The body is not valid JSON.")]
    [InlineData("application/json", "", "The body is not valid JSON.")]
    [InlineData("application/x-www-form-urlencoded", "", "grant_type is missing.")]
    public async Task Refuses_a_body_that_can_be_read_in_two_ways_or_not_at_all(string type, string body, string description) =>
        await server.ShouldBeRefusedAsync(await server.SendAsync("/token/v1", new StringContent(body, Encoding.UTF8, type)), description);

    [Fact]
    public async Task Refuses_a_body_over_64_KiB() =>
        await server.ShouldBeRefusedAsync(
            await server.SendAsync("/token/v1", new StringContent("x=" + new string('a', 65_536), Encoding.UTF8, "application/x-www-form-urlencoded")),
            "The body is larger than 64 KiB.", status: 413);

    [Fact]
    public async Task Refuses_another_content_type() =>
        await server.ShouldBeRefusedAsync(await server.SendAsync("/token/v1", new StringContent("<x/>", Encoding.UTF8, "text/xml")),
            "The body must be application/x-www-form-urlencoded or application/json.", status: 415);

    [Theory]
    [InlineData("GET", "/token/v1", 405)]
    [InlineData("PUT", "/token/v1", 405)]
    [InlineData("POST", "/.well-known/openid-configuration", 405)]
    [InlineData("GET", "/.well-known/nothing", 404)]
    [InlineData("POST", "/token/v2", 404)]
    public async Task Answers_every_fault_with_the_four_fields(string method, string path, int status)
    {
        using var response = await server.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        ((int)response.StatusCode).ShouldBe(status);
        var answer = new TokenAnswer(status, response.Headers, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
        answer.ContentType.ShouldBe("application/json");
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
        answer.Description.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Ignores_what_is_in_the_query_and_logs_none_of_it()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        var answer = await server.SendAsync($"/token/v1?audience={audience}&subject_token={token}&grant_type=x", new FormUrlEncodedContent([]));
        await server.ShouldBeRefusedAsync(answer, "grant_type is missing.");
        server.Log.Lines.ShouldNotContain(line => line.Contains(token.Split('.')[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_no_page_of_another_origin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.Add("Origin", "https://evil.example.com");
        using var response = await server.Anonymous.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }
}
