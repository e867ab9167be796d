using System.Collections.Concurrent;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>
/// One entry for each issuer, shared by all requests. Only issuers of registered identities are ever asked for, or one that an
/// administrator names.
/// </summary>
public sealed class IssuerMetadata(IssuerDocuments documents, IssuerSettingsStore store, TimeProvider clock, ILogger<IssuerMetadata> log)
{
    private readonly ConcurrentDictionary<string, IssuerEntry> entries = new(StringComparer.Ordinal);

    public IEnumerable<IssuerEntry> Entries => entries.Values;

    /// <param name="version">
    /// The issuer's settings as they were read with the identity. Keys that were had under other settings are not used; where
    /// <paramref name="version"/> itself is out of date, the commit of the exchange says so.
    /// </param>
    public async ValueTask<IssuerEntry> ForAsync(string issuer, long version, CancellationToken cancel)
    {
        if (entries.TryGetValue(issuer, out var present) && present.Settings.Version == version)
        {
            return present;
        }
        // Most issuers have no settings, and the identity was read together with that.
        var settings = (version == IssuerSettings.Unset && present is null ? null : await store.FindAsync(issuer, cancel)) ?? IssuerSettings.None(issuer);
        // All who wait share one entry, and so one fetch; who read settings that have changed since does not bring them back.
        return entries.AddOrUpdate(issuer,
            _ => new IssuerEntry(settings, documents, clock, log),
            (_, known) => known.Settings.Version == settings.Version || (known.Settings.Version > settings.Version && settings.Version != IssuerSettings.Unset)
                ? known
                : new IssuerEntry(settings, documents, clock, log));
    }

    /// <summary>How this process has the keys; null while it has not needed them since the settings changed.</summary>
    public IssuerKeysState? StateOf(IssuerSettings settings) => settings.Jwks is not null
        ? new IssuerEntry(settings, documents, clock, log).State()
        : entries.TryGetValue(settings.Issuer, out var entry) && entry.Settings.Version == settings.Version ? entry.State() : null;
}
