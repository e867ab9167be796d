using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Ends access tokens by what gave them: each names its identity's version, so raising the versions ends them all, on every replica.
/// New logins go on; whoever must not log in again is disabled, or their identity deleted.
/// </summary>
public sealed class AccessTokenRevocation(NpgsqlDataSource database, OidcIdentityStore identities, AuditLog audit)
{
    public async Task<RevokedTokens> OfIdentityAsync(ServiceAccount account, string id, AuditActor actor, CancellationToken cancel)
    {
        var identity = await identities.FindAsync(account.Id, id, cancel) ?? throw ApiException.NotFound("OIDC identity", id);
        return await RevokeAsync(new() { Id = identity.Id, UserId = account.Id }, $"OIDC identity {identity.Name} of {account.Username}", [account.Id], actor, cancel);
    }

    public Task<RevokedTokens> OfAccountAsync(ServiceAccount account, AuditActor actor, CancellationToken cancel) =>
        RevokeAsync(new() { UserId = account.Id }, $"service account {account.Username}", [account.Id], actor, cancel);

    /// <param name="issuerId">Its name in the API and the audit.</param>
    public Task<RevokedTokens> OfIssuerAsync(string issuer, string issuerId, AuditActor actor, CancellationToken cancel) =>
        RevokeAsync(new() { Issuer = issuer }, $"issuer {issuer}", [issuerId], actor, cancel);

    private async Task<RevokedTokens> RevokeAsync(IdentitySelection which, string whose, IReadOnlyList<string> related, AuditActor actor, CancellationToken cancel) =>
        await database.InTransactionAsync(async connection =>
        {
            var ended = await identities.RaiseVersionsAsync(connection, which, cancel);
            await audit.AppendAsync(connection, new AuditEvent
            {
                Category = AuditCategories.TokenRevoked,
                Message = $"All access tokens of {whose} were revoked ({ended.Count} OIDC {(ended.Count == 1 ? "identity" : "identities")})",
                Actor = actor,
                RelatedDocumentIds = [.. related, .. ended],
            }, cancel);
            return new RevokedTokens(ended);
        }, cancel);
}

/// <param name="OidcIdentityIds">The identities whose access tokens ended.</param>
public sealed record RevokedTokens(IReadOnlyList<string> OidcIdentityIds);
