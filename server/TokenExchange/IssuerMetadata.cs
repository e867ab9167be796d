using System.Collections.Concurrent;

namespace OctoLogin.TokenExchange;

/// <summary>One entry for each issuer, shared by all requests. Only issuers of registered identities are ever asked for.</summary>
public sealed class IssuerMetadata(IssuerDocuments documents, TimeProvider clock, ILogger<IssuerMetadata> log)
{
    private readonly ConcurrentDictionary<string, IssuerEntry> entries = new(StringComparer.Ordinal);

    public IssuerEntry For(string issuer) => entries.GetOrAdd(issuer, name => new IssuerEntry(name, documents, clock, log));
}
