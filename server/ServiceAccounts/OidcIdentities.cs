using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Makes, changes and deletes OIDC identities, each with its audit event in the same commit.</summary>
public sealed class OidcIdentities(
    NpgsqlDataSource database, OidcIdentityStore store, GitHubRepositoryLookup github, AuditLog audit, TimeProvider clock, TrustedIssuers trusted)
{
    private const string Kind = "OIDC identity";

    public async Task<OidcIdentity> CreateAsync(ServiceAccount account, OidcIdentityInput input, AuditActor actor, CancellationToken cancel)
    {
        var identity = OidcIdentityRules.Apply(input, null, account.Id, clock.GetUtcNow(), trusted);
        identity = await github.PinAsync(identity, cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var created = await store.InsertAsync(connection, identity, cancel);
            await audit.AppendAsync(connection, Saved(AuditEvent.Created(actor, Kind, created.Id, Named(created, account)), created), cancel);
            return created;
        }, cancel);
    }

    public async Task<OidcIdentity> UpdateAsync(ServiceAccount account, string id, OidcIdentityInput input, AuditActor actor, CancellationToken cancel)
    {
        var present = await store.FindAsync(account.Id, id, cancel) ?? throw ApiException.NotFound(Kind, id);
        var identity = OidcIdentityRules.Apply(input, present, account.Id, clock.GetUtcNow(), trusted);
        identity = await github.PinAsync(identity, cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await store.UpdateAsync(connection, identity, cancel) ?? throw ApiException.NotFound(Kind, id);
            await audit.AppendAsync(connection, Saved(AuditEvent.Modified(actor, Kind, changed.Id, Named(changed, account)), changed), cancel);
            return changed;
        }, cancel);
    }

    public async Task DeleteAsync(ServiceAccount account, string id, AuditActor actor, CancellationToken cancel)
    {
        var present = await store.FindAsync(account.Id, id, cancel) ?? throw ApiException.NotFound(Kind, id);
        await database.InTransactionAsync(async connection =>
        {
            await store.DeleteAsync(connection, account.Id, id, cancel);
            await audit.AppendAsync(connection, Describe(AuditEvent.Deleted(actor, Kind, id, Named(present, account)), present), cancel);
        }, cancel);
    }

    private static string Named(OidcIdentity identity, ServiceAccount account) => $"{identity.Name} of {account.Username}";

    private static AuditEvent Saved(AuditEvent happened, OidcIdentity identity) => Describe(MutableNames.Fault(identity) is null ? happened
        : happened with { Message = $"{happened.Message}. It goes by names alone, as was allowed: no condition is on an id, so whoever takes over the name is let in" }, identity);

    private static AuditEvent Describe(AuditEvent happened, OidcIdentity identity) => happened with
    {
        RelatedDocumentIds = [identity.Id, identity.UserId],
        Details = System.Text.Json.JsonSerializer.Serialize(OidcIdentityResource.Of(identity), Json.Options),
    };
}
