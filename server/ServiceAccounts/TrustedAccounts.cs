using System.Collections.Concurrent;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Service accounts with their identities in memory, so that a login needs no read. What is remembered is only ever a guess: a login
/// is granted by a commit that checks the identity's version and the account once more, and refused only after a fresh read.
/// So nothing has to tell this memory of a change.
/// </summary>
public sealed class TrustedAccounts(ServiceAccountStore accounts, OidcIdentityStore identities, TimeProvider clock)
{
    /// <summary>How long a guess is worth making; afterwards it would more often be wrong.</summary>
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, TrustedAccount> remembered = new();

    /// <summary>As it is remembered, or read; null when there is no such account.</summary>
    public ValueTask<TrustedAccount?> GetAsync(Guid externalId, CancellationToken cancel) =>
        remembered.TryGetValue(externalId, out var known) && clock.GetUtcNow() - known.ReadAt < RememberedFor
            ? ValueTask.FromResult<TrustedAccount?>(known with { FromMemory = true })
            : ReadAsync(externalId, cancel);

    /// <summary>As it is in the database now.</summary>
    public async ValueTask<TrustedAccount?> ReadAsync(Guid externalId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var account = await accounts.FindByExternalIdAsync(externalId, cancel);
        // The same questions to the database whether or not there is such an account.
        var registered = await identities.ListAsync(account?.Id ?? "", cancel);
        if (account is null)
        {
            remembered.TryRemove(externalId, out _);
            return null;
        }
        var read = new TrustedAccount(account, registered, now);
        remembered[externalId] = read;
        return read;
    }
}

public sealed record TrustedAccount(ServiceAccount Account, IReadOnlyList<OidcIdentity> Identities, DateTimeOffset ReadAt)
{
    public bool FromMemory { get; init; }
}
