using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Audit;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

public static class TokenEndpoint
{
    public static IServiceCollection AddTokenExchange(this IServiceCollection services, TokenExchangeOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IssuerNetwork>().AddSingleton(provider => new IssuerDocuments(provider.GetRequiredService<IssuerNetwork>(), options.LoopbackHttpAllowed)).AddSingleton<IssuerSettingsStore>().AddSingleton<IssuerMetadata>().AddSingleton<Issuers>()
        .AddSingleton<SubjectTokenValidator>().AddSingleton<RevokedTokenStore>().AddSingleton<AccessTokenById>()
        .AddSingleton<SecurityTokenService>().AddSingleton<RefusalLimit>().AddSingleton<ExchangeLimit>().AddSingleton<IdentityTest>()
        .AddSingleton<TokensOfAccount>().AddSingleton<Refusals>().AddSingleton<ExchangeMetrics>().AddSingleton<LiveTokens>().AddHostedService(provider => provider.GetRequiredService<LiveTokens>())
        .AddSingleton<ExchangeJournal>().AddHostedService(provider => provider.GetRequiredService<ExchangeJournal>())
        .AddHostedService<RedeemedTokenPurge>();

    public static void MapTokenExchange(this IEndpointRouteBuilder routes)
    {
        var service = routes.ServiceProvider.GetRequiredService<SecurityTokenService>();
        // Octopus documents the second path for the same endpoint.
        foreach (var path in (ReadOnlySpan<string>)["/token/v1", "/api/token/v1"])
        {
            // Nobody is signed in here, so that nothing has to look for a caller or a space first.
            routes.MapPost(path, (Delegate)((HttpContext context) => ExchangeAsync(context, service))).AllowAnonymous().DescribeExchange().ShortCircuit();
        }
        routes.MapRevocation();
        routes.MapIntrospection();
    }

    private static async Task ExchangeAsync(HttpContext context, SecurityTokenService service)
    {
        var cancel = context.RequestAborted;
        context.Response.Headers.CacheControl = "no-store";
        var answer = await service.ExchangeAsync(() => TokenExchangeRequest.ReadAsync(context.Request, cancel), Origin(context), context.Connection.RemoteIpAddress, cancel);
        var body = JsonSerializer.SerializeToUtf8Bytes(new TokenResponse(answer.AccessToken, "Bearer", TokenExchangeRequest.AccessTokenType, answer.ExpiresIn, answer.Scope));
        // With its length known the answer is one write; a stream of JSON goes out in chunks.
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, cancel);
    }

    internal static AuditActor Origin(HttpContext context) => new(
        null, null, "OpenID Connect token exchange", context.TraceIdentifier,
        context.Connection.RemoteIpAddress?.ToString(), context.Request.Headers.UserAgent.ToString());

    internal sealed record TokenResponse(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("issued_token_type")] string IssuedTokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        [property: JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scope);
}
