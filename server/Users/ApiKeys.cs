using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Users;

/// <summary>Makes and deletes API keys, each with its audit event in the same commit. A key is shown once, in the answer that made it.</summary>
public sealed class ApiKeys(NpgsqlDataSource database, ApiKeyStore keys, AuditLog audit, TimeProvider clock)
{
    /// <param name="externalIdentityId">Who the user is at the provider that they are signed in with now; null: they are not.</param>
    public Task<NewApiKey> CreateAsync(User user, ApiKeyInput input, AuditActor actor, CancellationToken cancel, string? externalIdentityId = null)
    {
        var now = clock.GetUtcNow();
        var validation = new Validation();
        var purpose = validation.Required("Purpose", input.Purpose);
        validation.Check(input.Expires is null || input.Expires > now, $"Expires is {input.Expires:u}, which is past; the server's time is {now:u}.");
        validation.ThrowIfAny();
        var key = ApiKeySecret.New();
        return database.InTransactionAsync(async connection =>
        {
            var row = await keys.InsertAsync(connection, user.Id, purpose, ApiKeySecret.Hash(key), ApiKeySecret.Hint(key), now, input.Expires, externalIdentityId, cancel);
            await audit.AppendAsync(connection, Event(AuditCategories.Created, $"API key {row!.Hint} ({purpose}) of {user.Username} was made", actor, row.Id, user), cancel);
            return new NewApiKey(row.Id, key, row.UserId, row.Purpose, row.Created, row.Expires);
        }, cancel);
    }

    public Task DeleteAsync(User user, string keyId, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var row = await keys.DeleteAsync(connection, user.Id, keyId, cancel) ?? throw ApiException.NotFound("API key", keyId);
        await audit.AppendAsync(connection, Event(AuditCategories.Deleted, $"API key {row.Hint} ({row.Purpose}) of {user.Username} was deleted", actor, row.Id, user), cancel);
    }, cancel);

    private static AuditEvent Event(string category, string message, AuditActor actor, string keyId, User user) => new()
    {
        Category = category,
        Message = message,
        Actor = actor,
        RelatedDocumentIds = [keyId, user.Id],
    };
}

public sealed record ApiKeyInput(string? Purpose, DateTimeOffset? Expires);

/// <summary>The only answer that holds a key.</summary>
public sealed record NewApiKey(string Id, string ApiKey, string UserId, string Purpose, DateTimeOffset Created, DateTimeOffset? Expires);
