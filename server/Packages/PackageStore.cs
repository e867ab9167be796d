using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Packages;

public sealed class PackageStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        p.id, p.space_id, p.feed_id, p.package_id, p.version, p.version_key, p.file_extension, p.size_bytes, p.sha256, p.content_number, p.published,
        (select b.resource::text from build_information b
         where b.space_id = p.space_id and lower(b.package_id) = lower(p.package_id) and lower(b.version) = lower(p.version)) as build_information_json
        """;

    /// <param name="id"><c>packages-Acme.Web.1.2.3</c>, or without <c>packages-</c>; without case.</param>
    public async Task<Package?> FindAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QueryFirstOrDefaultAsync<Package>(new CommandDefinition(
            $"""
            select {Columns} from packages p where p.space_id = @spaceId and lower(p.id) in (lower(@id), 'packages-' || lower(@id))
            order by lower(p.id) = lower(@id) desc limit 1
            """, new { spaceId, id }, cancellationToken: cancel));
    }

    public async Task<Package?> FindAsync(string spaceId, string packageId, string version, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindAsync(connection, spaceId, packageId, version, hold: false, cancel);
    }

    /// <param name="hold">Until the transaction ends.</param>
    public Task<Package?> FindAsync(NpgsqlConnection connection, string spaceId, string packageId, string version, bool hold, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Package>(new CommandDefinition(
            $"""
            select {Columns} from packages p where p.space_id = @spaceId and lower(p.id) = lower('packages-' || @packageId || '.' || @version)
            {(hold ? "for update of p" : "")}
            """, new { spaceId, packageId, version }, cancellationToken: cancel));

    /// <summary>By name; of one name the newest version first. What a page comes after is a name where each is there once, else a version of the one that is asked for.</summary>
    public async Task<Slice<Package>> ListAsync(string spaceId, PackageFilter filter, Page page, CancellationToken cancel)
    {
        const string From =
            """
            from packages p where p.space_id = @spaceId
              and (@PackageId::text is null or lower(p.package_id) = lower(@PackageId))
              and (@Like::text is null or p.package_id ilike @Like) and (@NameLike::text is null or p.package_id ilike @NameLike)
              and (@Ids::text[] is null or lower(p.id) = any(@Ids))
              and (not @Latest or not exists (select from packages newer where newer.space_id = p.space_id and lower(newer.package_id) = lower(p.package_id)
                and (newer.version_key, newer.number) > (p.version_key, p.number)))
            """;
        var following = page.After is null ? "" : filter.Latest ? "and lower(p.package_id) > lower(@After)" :
            """
            and (p.version_key, p.number) < (select a.version_key, a.number from packages a
              where a.space_id = @spaceId and lower(a.id) = lower('packages-' || @PackageId || '.' || @After))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From} and @IsCounted;
            select {Columns} {From} {following} order by lower(p.package_id), p.version_key desc, p.number desc limit @Take offset @Skip
            """,
            new
            {
                spaceId, filter.PackageId, filter.Like, filter.Latest, Ids = page.Ids?.Select(id => id.ToLowerInvariant()).ToArray(), page.NameLike, page.After, page.IsCounted,
                page.Take, page.Skip,
            }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Package>()).AsList());
    }

    /// <summary>The versions that the built-in feed has of these packages, newest first; by package Id without case.</summary>
    public async Task<ILookup<string, string>> VersionsAsync(NpgsqlConnection connection, string spaceId, IEnumerable<string> packageIds, CancellationToken cancel)
    {
        var rows = await connection.QueryAsync<(string PackageId, string Version)>(new CommandDefinition(
            """
            select package_id, version from packages where space_id = @spaceId and lower(package_id) = any(@ids)
            order by version_key desc, number desc
            """, new { spaceId, ids = packageIds.Select(id => id.ToLowerInvariant()).Distinct().ToArray() }, cancellationToken: cancel));
        return rows.ToLookup(row => row.PackageId, row => row.Version, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Null: it is there already, also when another transaction has just made it.</summary>
    public Task<Package?> InsertAsync(NpgsqlConnection connection, Package package, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Package>(new CommandDefinition(
            $"""
            insert into packages as p (space_id, feed_id, package_id, version, version_key, file_extension, size_bytes, sha256, content_number, published)
            values (@SpaceId, @FeedId, @PackageId, @Version, @VersionKey, @FileExtension, @SizeBytes, @Sha256, @ContentNumber, @Published)
            on conflict (space_id, lower(id)) do nothing
            returning {Columns}
            """, package, cancellationToken: cancel));

    /// <summary>The same version with other bytes; Id and version stay written as they are.</summary>
    public Task<Package> ReplaceAsync(NpgsqlConnection connection, Package package, CancellationToken cancel) =>
        connection.QuerySingleAsync<Package>(new CommandDefinition(
            $"""
            update packages p set file_extension = @FileExtension, size_bytes = @SizeBytes, sha256 = @Sha256, content_number = @ContentNumber, published = @Published
            where p.space_id = @SpaceId and p.id = @Id returning {Columns}
            """, package, cancellationToken: cancel));

    /// <summary>Those that were there.</summary>
    public async Task<IReadOnlyList<Package>> DeleteAsync(NpgsqlConnection connection, string spaceId, IReadOnlyCollection<string> ids, CancellationToken cancel) =>
        (await connection.QueryAsync<Package>(new CommandDefinition(
            $"delete from packages p where p.space_id = @spaceId and p.id = any(@ids) returning {Columns}",
            new { spaceId, ids = ids.ToArray() }, cancellationToken: cancel))).AsList();

    /// <summary>
    /// Of every space, those that were pushed before then and that no release and no runbook's snapshot has; a hundred at a time. A release knows the version of what it
    /// selected and the process the package, whose Id may hold variables: so the version alone decides, which keeps too many and never too few.
    /// </summary>
    public async Task<IReadOnlyList<Package>> DeleteUnusedAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancel) =>
        (await connection.QueryAsync<Package>(new CommandDefinition(
            $"""
            delete from packages p where p.number in (
              select o.number from packages o where o.published < @before and not exists (
                select from releases r cross join jsonb_array_elements(r.selected_packages) s
                where r.space_id = o.space_id and lower(s ->> 'Version') = lower(o.version))
              and not exists (
                select from runbook_snapshots r cross join jsonb_array_elements(r.selected_packages) s
                where r.space_id = o.space_id and lower(s ->> 'Version') = lower(o.version))
              order by o.published limit 100 for update skip locked)
            returning {Columns}
            """, new { before }, cancellationToken: cancel))).AsList();
}

/// <summary>Which packages are wanted; null in any part means all.</summary>
/// <param name="PackageId">Exactly, without case.</param>
/// <param name="Like">An <c>ilike</c> pattern for the package's Id.</param>
/// <param name="Latest">Of each only the highest version.</param>
public sealed record PackageFilter(string? PackageId = null, string? Like = null, bool Latest = false);
