using System.Text.RegularExpressions;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// An administrator ends one access token that they do not hold, by the id that the audit has of it. Whose it is cannot be seen from
/// the id, so it takes the right over all accounts.
/// </summary>
public static class AccessTokenEndpoints
{
    public static void MapAccessTokens(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/accesstokens/{id}/revoke", Revoke).WithTags("accesstokens").WithSummary("End one access token by its id, which the audit has as access_token_id");

    internal static async Task<RevokedAccessToken> Revoke(string id, Caller caller, AccessTokenById tokens, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return await tokens.RevokeAsync(id, caller.Actor, cancel);
    }
}

public sealed partial class AccessTokenById(NpgsqlDataSource database, RevokedTokenStore revoked, AuditLog audit, TimeProvider clock)
{
    public Task<RevokedAccessToken> RevokeAsync(string id, AuditActor actor, CancellationToken cancel)
    {
        if (!Id().IsMatch(id))
        {
            throw ApiException.BadRequest($"'{Printable.Of(id, 40)}' is not the id of an access token: 32 hexadecimal digits, as the audit has them in access_token_id. " +
                "Whoever holds the token itself can revoke it at the revocation endpoint.");
        }
        return database.InTransactionAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            // Kept as long as any token can last: when this one ends is not known here.
            var first = await revoked.RevokeAsync(connection, id, now, now + AccessToken.LongestLifetime, cancel);
            if (first)
            {
                await audit.AppendAsync(connection, new AuditEvent
                {
                    Category = AuditCategories.TokenRevoked,
                    Message = $"Access token {id} was revoked",
                    Actor = actor,
                }, cancel);
            }
            return new RevokedAccessToken(id, first);
        }, cancel);
    }

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}

/// <param name="RevokedNow">False: it had been revoked before.</param>
public sealed record RevokedAccessToken(string Id, bool RevokedNow);
