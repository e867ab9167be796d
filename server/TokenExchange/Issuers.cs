using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>Sets and clears what holds for an issuer, and has its keys fetched anew; each with its audit event in the same commit.</summary>
public sealed class Issuers(
    NpgsqlDataSource database, IssuerSettingsStore store, IssuerMetadata metadata, TrustedIssuers trusted, AuditLog audit, TimeProvider clock)
{
    private const string Kind = "Issuer";

    public async Task<IssuerResource> CreateAsync(IssuerInput input, AuditActor actor, CancellationToken cancel)
    {
        var present = await FindAsync(input.Issuer, cancel);
        return present.UpdatedAt is null
            ? await SaveAsync(present, input, actor, cancel)
            : throw ApiException.Conflict($"There are settings of issuer '{present.Issuer}' already; change those of {present.Id}.");
    }

    /// <summary>What holds for the issuer now, whether or not anything was set for it; refused when nothing may be.</summary>
    public async Task<IssuerSettings> FindAsync(string? issuer, CancellationToken cancel)
    {
        var validation = new Validation();
        var url = validation.Required("Issuer", issuer);
        var present = await store.FindAsync(url, cancel);
        validation.Fault(present is not null || url.Length == 0 ? null : trusted.Fault(url));
        validation.ThrowIfAny();
        return present ?? IssuerSettings.None(url);
    }

    public async Task<IssuerResource> SaveAsync(IssuerSettings present, IssuerInput input, AuditActor actor, CancellationToken cancel)
    {
        var settings = IssuerRules.Apply(input, present, clock.GetUtcNow());
        await database.InTransactionAsync(async connection =>
        {
            settings = await store.SaveAsync(connection, settings, cancel);
            var happened = present.UpdatedAt is null
                ? AuditEvent.Created(actor, Kind, settings.Id, settings.Issuer)
                : AuditEvent.Modified(actor, Kind, settings.Id, settings.Issuer);
            await audit.AppendAsync(connection, happened with
            {
                Message = settings.IsDisabled == present.IsDisabled ? $"The settings of issuer {settings.Issuer} were changed"
                    : settings.IsDisabled ? $"Issuer {settings.Issuer} was disabled: its tokens are refused, and the access tokens that it gave do not work"
                    : $"Issuer {settings.Issuer} was enabled",
                Details = Details(settings),
            }, cancel);
        }, cancel);
        return await ShowAsync(settings, cancel);
    }

    /// <summary>Its identities stay, and it is fetched as it publishes itself.</summary>
    public Task DeleteAsync(IssuerSettings present, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        if (await store.DeleteAsync(connection, present.Issuer, cancel))
        {
            await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind, present.Id, present.Issuer) with
            {
                Message = $"The settings of issuer {present.Issuer} were deleted",
                Details = Details(present),
            }, cancel);
        }
    }, cancel);

    /// <summary>
    /// Forgets the keys on every replica, so that a withdrawn one stops at once, and fetches them here. What cannot be fetched is not
    /// brought back: no login of this issuer works until it answers.
    /// </summary>
    public async Task<IssuerResource> RefreshAsync(IssuerSettings present, AuditActor actor, CancellationToken cancel)
    {
        if ((present.Jwks is not null ? $"The keys of issuer '{present.Issuer}' were uploaded, so there is nothing to fetch; set Jwks to the present ones."
            : present.IsDisabled ? $"Issuer '{present.Issuer}' is disabled, so nothing is fetched from it."
            : trusted.Fault(present.Issuer)) is { } fault)
        {
            throw ApiException.BadRequest(fault);
        }
        var settings = present;
        await database.InTransactionAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            settings = await store.SaveAsync(connection, present with { RefreshedAt = now, UpdatedAt = present.UpdatedAt ?? now }, cancel);
            await audit.AppendAsync(connection, AuditEvent.Modified(actor, Kind, settings.Id, settings.Issuer) with
            {
                Message = $"The keys of issuer {settings.Issuer} were forgotten, to be fetched anew",
            }, cancel);
        }, cancel);
        try
        {
            await (await metadata.ForAsync(settings.Issuer, settings.Version, cancel)).GetAsync(cancel);
        }
        catch (IssuerUnreachableException)
        {
            // What is shown says why.
        }
        return await ShowAsync(settings, cancel);
    }

    public IssuerResource Show(KnownIssuer known) => IssuerResource.Of(known, metadata.StateOf(known.Settings), trusted, clock.GetUtcNow());

    /// <summary>As it is now; one without settings and identities too.</summary>
    public async Task<IssuerResource> ShowAsync(IssuerSettings issuer, CancellationToken cancel) =>
        Show(await store.FindByIdAsync(issuer.Id, cancel) ?? new(IssuerSettings.None(issuer.Issuer), 0));

    /// <summary>Which CA and which keys, by what they are told apart by.</summary>
    private static string Details(IssuerSettings settings) => JsonSerializer.Serialize(new
    {
        settings.Issuer,
        settings.IsDisabled,
        CertificateAuthoritySha256 = settings.ReadAuthority()?.Select(certificate => certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)),
        JwksKeyIds = settings.Jwks is null ? null : IssuerKeySet.Read(JsonElement.Parse(settings.Jwks)).Select(key => Printable.Of(key.KeyId, 100)),
    }, Json.Options);
}
