using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.TokenExchange;

/// <summary>
/// RFC 7009: whoever holds an access token may end it. A token that is not ours or has ended is answered with 200 as well
/// (section 2.2): there is nothing to end, and nothing to learn.
/// </summary>
public static class RevocationEndpoint
{
    private static readonly HashSet<string> Parameters = ["token", "token_type_hint"];

    public static void MapRevocation(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/token/revoke/v1", Revoke).AllowAnonymous().DescribeRevocation();

    private static async Task<IResult> Revoke(
        HttpContext context, NpgsqlDataSource database, AccessTokenVerifier verifier, CallerStore callers, RevokedTokenStore revoked, AuditLog audit, TimeProvider clock, CancellationToken cancel)
    {
        context.Response.Headers.CacheControl = "no-store";
        var parameters = await TokenExchangeRequest.ReadParametersAsync(context.Request, cancel, Parameters);
        if (!parameters.TryGetValue("token", out var text))
        {
            throw OAuthException.InvalidRequest("token is missing.");
        }
        if (await verifier.VerifyAsync(text, cancel) is not { } token)
        {
            return Results.Ok();
        }
        var user = await callers.FindByIdAsync(token.UserId, cancel);
        await database.InTransactionAsync(async connection =>
        {
            if (await revoked.RevokeAsync(connection, token.Id, clock.GetUtcNow(), token.ExpiresAt, cancel))
            {
                await audit.AppendAsync(connection, new AuditEvent
                {
                    Category = AuditCategories.TokenRevoked,
                    Message = $"Access token {token.Id} of {user?.Username ?? token.UserId} was revoked by its holder",
                    Actor = TokenEndpoint.Origin(context) with { UserId = token.UserId, Username = user?.Username, EstablishedWith = $"Access token {token.Id}" },
                    RelatedDocumentIds = [token.UserId, token.IdentityId],
                }, cancel);
            }
        }, cancel);
        return Results.Ok();
    }
}
