using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What the provider publishes: its discovery document and keys, which were found fit to sign people in with.</summary>
public sealed record ProviderDocument(ProviderDiscovery Discovery, IssuerKeySet Keys);

/// <summary>Reads the provider's documents, and remembers them as an issuer's: one fetch however many wait, stale ones while it fails.</summary>
public sealed class ProviderDocuments(ProviderNetwork network, ProviderOptions options, ProviderUris uris, TimeProvider clock, ILogger<ProviderDocuments> log) : IDisposable
{
    private readonly IssuerDocuments documents = new(network, options.LoopbackHttpAllowed);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private (long Version, Fetched<ProviderDocument> Documents)? present;

    public IssuerDocuments Requests => documents;

    /// <summary>Of these settings; ones that were fetched under other settings are never used.</summary>
    public Fetched<ProviderDocument> For(ProviderSettings settings)
    {
        lock (gate)
        {
            if (present is { } known && known.Version == settings.Version)
            {
                return known.Documents;
            }
            var fetched = new Fetched<ProviderDocument>(() => ReadAsync(settings), reason => log.FetchFailed(settings.Issuer!, reason), clock);
            present = (settings.Version, fetched);
            return fetched;
        }
    }

    /// <summary>Why nobody can sign in with it; null: its documents are as they must be. They are asked for where they are not known, no longer than a page may take.</summary>
    public async Task<string?> FaultAsync(ProviderSettings settings, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await For(settings).GetAsync(patience.Token);
            return null;
        }
        catch (IssuerUnreachableException unreachable)
        {
            return unreachable.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it did not answer within {Patience.TotalSeconds:0} seconds";
        }
    }

    /// <summary>What is wrong, and what should be known, when the documents are read now.</summary>
    public async Task<ProviderTest> TestAsync(ProviderSettings settings, CancellationToken cancel)
    {
        if (settings.Issuer is null)
        {
            return new(["Issuer is empty: there is no provider to ask yet."], []);
        }
        ProviderDiscovery found;
        try
        {
            found = ProviderDiscovery.Read((await documents.ReadDocumentAsync(ProviderDiscovery.UrlFor(settings.Issuer), cancel)).Document);
        }
        catch (IssuerUnreachableException unreachable)
        {
            return new([$"The provider's discovery document cannot be read: {unreachable.Message}."], []);
        }
        var faults = ProviderChecks.Faults(found, settings, uris.IsHttps, options.LoopbackHttpAllowed).ToList();
        if (settings.ClientId is null)
        {
            faults.Add("ClientId is empty: set it to what the provider calls this server.");
        }
        if (found.JwksUri is not null && await KeysFaultAsync(found.JwksUri, cancel) is { } keysFault)
        {
            faults.Add(keysFault);
        }
        return new(faults, [.. ProviderChecks.Notes(found, settings)]);
    }

    public void Dispose() => documents.Dispose();

    private async Task<string?> KeysFaultAsync(string url, CancellationToken cancel)
    {
        try
        {
            var (jwks, _) = await documents.ReadDocumentAsync(url, cancel);
            return ProviderChecks.KeysFault(new(IssuerKeySet.Read(jwks), url, null));
        }
        catch (IssuerUnreachableException unreachable)
        {
            return $"The provider's keys cannot be read: {unreachable.Message}.";
        }
    }

    private async Task<(ProviderDocument, TimeSpan?)> ReadAsync(ProviderSettings settings)
    {
        var (document, _) = await documents.ReadDocumentAsync(ProviderDiscovery.UrlFor(settings.Issuer!), CancellationToken.None);
        var found = ProviderDiscovery.Read(document);
        if (ProviderChecks.Faults(found, settings, uris.IsHttps, options.LoopbackHttpAllowed).FirstOrDefault() is { } fault)
        {
            throw new IssuerUnreachableException(fault.TrimEnd('.'));
        }
        var (jwks, maxAge) = await documents.ReadDocumentAsync(found.JwksUri!, CancellationToken.None);
        return (new(found, new(IssuerKeySet.Read(jwks), found.JwksUri, maxAge)), maxAge);
    }
}

/// <param name="Faults">Nobody can sign in until these are mended.</param>
/// <param name="Notes">What may be meant so, and should be known.</param>
public sealed record ProviderTest(IReadOnlyList<string> Faults, IReadOnlyList<string> Notes)
{
    public bool IsValid => Faults.Count == 0;
}

internal static partial class ProviderDocumentsLog
{
    [LoggerMessage(LogLevel.Warning, "The documents of the identity provider {Issuer} could not be fetched: {Reason}")]
    public static partial void FetchFailed(this ILogger log, string issuer, string reason);
}
