using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Takes the link between an account and a person of the provider away: with it their groups, and the sessions that it began.</summary>
public sealed class AccountUnlinking(NpgsqlDataSource database, ExternalIdentityStore identities, Sessions sessions, AuditLog audit)
{
    public Task UnlinkAsync(User user, string identityId, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var (issuer, subject) = await identities.DeleteAsync(connection, user.Id, identityId, cancel) ?? throw ApiException.NotFound("external identity", identityId);
        await sessions.EndExternalAsync(connection, issuer, subject, sid: null, actor, cancel);
        await audit.AppendAsync(connection, AuditEvent.Modified(actor, "User", user.Id, $"{user.Username} (unlinked from '{Printable.Of(subject)}' of {Printable.Of(issuer)})"), cancel);
    }, cancel);
}
