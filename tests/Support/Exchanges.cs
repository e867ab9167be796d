using System.Net.Http.Headers;
using System.Text.Json;
using Dapper;

namespace OctoLogin.Tests.Support;

/// <summary>An answer of a token endpoint.</summary>
public sealed record TokenAnswer(int Status, HttpResponseHeaders Headers, string? ContentType, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
    public string AccessToken => Json.GetProperty("access_token").GetString()!;
    public string CorrelationId => Headers.GetValues("X-Correlation-Id").Single();

    /// <summary>The description without the correlation id that ends it.</summary>
    public string Description
    {
        get
        {
            var text = Json.GetProperty("error_description").GetString()!;
            var end = $" (correlation id {CorrelationId})";
            text.ShouldEndWith(end);
            return text[..^end.Length];
        }
    }
}

/// <summary>Exchanges as clients make them, and what each must leave behind.</summary>
public static class Exchanges
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    public static Dictionary<string, string> Form(string audience, string token) => new()
    {
        ["grant_type"] = GrantType,
        ["audience"] = audience,
        ["subject_token_type"] = JwtType,
        ["subject_token"] = token,
    };

    public static Task<TokenAnswer> ExchangeAsync(this ServerFixture server, string audience, string token, params (string Name, string Value)[] more)
    {
        var form = Form(audience, token);
        foreach (var (name, value) in more)
        {
            form[name] = value;
        }
        return server.SendAsync("/token/v1", new FormUrlEncodedContent(form));
    }

    public static Task<TokenAnswer> SendAsync(this ServerFixture server, string path, HttpContent content) => SendAsync(server.Anonymous, path, content);

    public static async Task<TokenAnswer> SendAsync(HttpClient client, string path, HttpContent content)
    {
        using var response = await client.PostAsync(path, content);
        return new((int)response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A service account that trusts octo-org/hello-octopus on main, with its ids pinned.</summary>
    public static async Task<(string Id, string Audience)> AddTrustedAccountAsync(this ServerFixture server, object? identity = null)
    {
        var account = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(account.Id, identity ?? new
        {
            Name = "main",
            GitHub = new
            {
                Owner = "octo-org", Repository = "hello-octopus", FilterType = "Branch", Filter = "main",
                GitHubClaims.RepositoryId, RepositoryOwnerId = GitHubClaims.OwnerId,
            },
        });
        return account;
    }

    public static Task<JsonElement> AddIdentityAsync(this ServerFixture server, string accountId, object identity) =>
        ServerFixture.PostAsync(server.Admin, $"/api/serviceaccounts/{accountId}/oidcidentities/create/v1", identity);

    /// <summary>A token of the stood-in GitHub, changed by the test.</summary>
    public static string GitHubToken(this ServerFixture server, string audience, Action<Dictionary<string, object?>>? change = null)
    {
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow());
        change?.Invoke(claims);
        return server.GitHub.Sign(claims);
    }

    /// <summary>
    /// What every refusal must be: the status, JSON with the four fields saying the same, no-store, and one audit event under the
    /// answer's correlation id that holds the whole reason; and nothing issued or redeemed.
    /// </summary>
    public static async Task<JsonElement> ShouldBeRefusedAsync(
        this ServerFixture server, TokenAnswer answer, string description, string? auditReason = null, string error = "invalid_request", int status = 400)
    {
        answer.Status.ShouldBe(status, answer.Text);
        answer.ContentType.ShouldBe("application/json");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Json.GetProperty("error").GetString().ShouldBe(error);
        answer.Description.ShouldBe(description);
        var full = answer.Json.GetProperty("error_description").GetString();
        answer.Json.GetProperty("ErrorMessage").GetString().ShouldBe(full);
        answer.Json.GetProperty("Errors").EnumerateArray().Select(one => one.GetString()).ShouldBe([full]);
        answer.Json.TryGetProperty("access_token", out _).ShouldBeFalse();

        var events = (await EventsAsync(server, answer.CorrelationId)).ToList();
        events.Count.ShouldBe(1, "each attempt is one audit event");
        events[0].Category.ShouldBe("TokenRefused");
        var details = JsonDocument.Parse(events[0].Details).RootElement;
        details.GetProperty("outcome").GetString().ShouldBe("refused");
        details.GetProperty("error").GetString().ShouldBe(error);
        details.GetProperty("reason").GetString().ShouldBe(auditReason ?? description);
        return details;
    }

    public static async Task<IEnumerable<(string Category, string Details, string Message)>> EventsAsync(this ServerFixture server, string correlationId)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return await connection.QueryAsync<(string, string, string)>(
            "select category, details::text, message from audit_events where correlation_id = @correlationId order by number", new { correlationId });
    }

    /// <summary>What the audit holds of an account's logins, in order.</summary>
    public static async Task<IReadOnlyList<string>> CategoriesOfAsync(this ServerFixture server, string accountId)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(
            "select category from audit_events where category like 'Token%' and related_document_ids @> array[@accountId] order by number", new { accountId })];
    }

    public static async Task<long> CountAsync(this ServerFixture server, string table)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }
}
