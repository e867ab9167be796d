using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

public sealed class IssuerSettingsStore(NpgsqlDataSource database)
{
    private const string Columns = "issuer, certificate_authority, jwks, is_disabled, refreshed_at, version, updated_at";

    /// <summary>Every issuer that something was set for or that an identity trusts.</summary>
    private const string Known =
        $"""
        with known as (
          select {Columns} from issuers
          union all
          select distinct i.issuer, null, null, false, null::timestamptz, 0::bigint, null::timestamptz from oidc_identities i
          where not exists (select from issuers s where s.issuer = i.issuer)
        )
        """;

    /// <summary>Null: nothing was set for it.</summary>
    public async Task<IssuerSettings?> FindAsync(string issuer, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<IssuerSettings>(new CommandDefinition(
            $"select {Columns} from issuers where issuer = @issuer", new { issuer }, cancellationToken: cancel));
    }

    /// <summary>By its URL, with how many identities trust it.</summary>
    public async Task<Slice<KnownIssuer>> ListAsync(Page page, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            {Known} select count(*) from known {Where} and @IsCounted;
            {Known} select {Columns}, (select count(*) from oidc_identities i where i.issuer = known.issuer) as identities
            from known {Where} order by issuer limit @Take offset @Skip
            """,
            new { page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, [.. results.Read<IssuerSettings, long, KnownIssuer>((settings, identities) => new(settings, identities), "identities")]);
    }

    public async Task<KnownIssuer?> FindByIdAsync(string id, CancellationToken cancel) =>
        (await ListAsync(Page.All with { Ids = [id] }, cancel)).Items.SingleOrDefault();

    /// <summary>With a new version, so that every replica decides anew.</summary>
    public async Task<IssuerSettings> SaveAsync(NpgsqlConnection connection, IssuerSettings settings, CancellationToken cancel) =>
        await connection.QuerySingleAsync<IssuerSettings>(new CommandDefinition(
            $"""
            insert into issuers (issuer, certificate_authority, jwks, is_disabled, refreshed_at, updated_at)
            values (@Issuer, @CertificateAuthority, @Jwks, @IsDisabled, @RefreshedAt, @UpdatedAt)
            on conflict (issuer) do update set certificate_authority = excluded.certificate_authority, jwks = excluded.jwks,
                is_disabled = excluded.is_disabled, refreshed_at = excluded.refreshed_at, updated_at = excluded.updated_at,
                version = nextval('issuers_version_seq')
            returning {Columns}
            """, settings, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, string issuer, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition("delete from issuers where issuer = @issuer", new { issuer }, cancellationToken: cancel)) > 0;

    private const string Where =
        """
        where (@Ids::text[] is null or 'Issuers-' || left(encode(sha256(convert_to(issuer, 'UTF8')), 'hex'), 32) = any(@Ids))
          and (@NameLike::text is null or issuer ilike @NameLike) and (@After::text is null or issuer > @After)
        """;
}

public sealed record KnownIssuer(IssuerSettings Settings, long Identities);
