using System.Text.Json;
using Dapper;
using Npgsql;
using OctoLogin.Http;
using OctoLogin.Versions;

namespace OctoLogin.BuildInformation;

public sealed class BuildInformationStore(NpgsqlDataSource database)
{
    /// <param name="hold">Until the transaction ends.</param>
    public async Task<PackageVersionBuildInformation?> FindAsync(
        NpgsqlConnection connection, string spaceId, string packageId, string version, bool hold, CancellationToken cancel) =>
        Read(await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            $"""
            select resource::text from build_information
            where space_id = @spaceId and lower(package_id) = lower(@packageId) and lower(version) = lower(@version) {(hold ? "for update" : "")}
            """, new { spaceId, packageId, version }, cancellationToken: cancel)));

    public async Task<PackageVersionBuildInformation?> FindAsync(string spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return Read(await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "select resource::text from build_information where space_id = @spaceId and id = @id", new { spaceId, id }, cancellationToken: cancel)));
    }

    /// <summary>By package; of one package the newest version first.</summary>
    /// <param name="packageId">Exactly, without case; null: of every package.</param>
    /// <param name="like">An <c>ilike</c> pattern for the package's Id; null: every one.</param>
    /// <param name="latest">Of each package only the highest version.</param>
    public async Task<Slice<PackageVersionBuildInformation>> ListAsync(
        string spaceId, string? packageId, string? like, bool latest, Page page, CancellationToken cancel)
    {
        const string From =
            """
            from build_information b where b.space_id = @spaceId
              and (@packageId::text is null or lower(b.package_id) = lower(@packageId))
              and (@like::text is null or b.package_id ilike @like) and (@NameLike::text is null or b.package_id ilike @NameLike)
              and (@Ids::text[] is null or b.id = any(@Ids))
              and (not @latest or not exists (select from build_information newer where newer.space_id = b.space_id
                and lower(newer.package_id) = lower(b.package_id) and (newer.version_key, newer.created) > (b.version_key, b.created)))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From};
            select resource::text {From} order by lower(b.package_id), b.version_key desc, b.created desc limit @Take offset @Skip
            """, new { spaceId, packageId, like, latest, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, [.. (await results.ReadAsync<string>()).Select(resource => Read(resource)!)]);
    }

    /// <summary>Null: there is some for that version already, also when another transaction has just written it.</summary>
    public async Task<PackageVersionBuildInformation?> InsertAsync(NpgsqlConnection connection, PackageVersionBuildInformation information, CancellationToken cancel)
    {
        var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select nextval('build_information_seq')", cancellationToken: cancel));
        var made = information with { Id = $"BuildInformation-{number}" };
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into build_information (id, space_id, package_id, version, version_key, created, resource)
            values (@Id, @SpaceId, @PackageId, @Version, @VersionKey, @Created, @Resource::json)
            on conflict (space_id, lower(package_id), lower(version)) do nothing
            """, Row(made), cancellationToken: cancel)) > 0 ? made : null;
    }

    public Task ReplaceAsync(NpgsqlConnection connection, PackageVersionBuildInformation information, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update build_information set package_id = @PackageId, version = @Version, created = @Created, resource = @Resource::json
            where space_id = @SpaceId and id = @Id
            """, Row(information), cancellationToken: cancel));

    /// <summary>Those that were there.</summary>
    public async Task<IReadOnlyList<PackageVersionBuildInformation>> DeleteAsync(NpgsqlConnection connection, string spaceId, string[] ids, CancellationToken cancel) =>
        [.. (await connection.QueryAsync<string>(new CommandDefinition(
            "delete from build_information where space_id = @spaceId and id = any(@ids) returning resource::text",
            new { spaceId, ids }, cancellationToken: cancel))).Select(resource => Read(resource)!)];

    private static object Row(PackageVersionBuildInformation information) => new
    {
        information.Id, information.SpaceId, information.PackageId, information.Version, information.Created,
        // A version that is none, such as an image's tag, comes before all others.
        VersionKey = SemanticVersion.TryParse(information.Version)?.SortKey ?? "",
        Resource = JsonSerializer.Serialize(information, Json.Options),
    };

    private static PackageVersionBuildInformation? Read(string? resource) =>
        resource is null ? null : JsonSerializer.Deserialize<PackageVersionBuildInformation>(resource, Json.Options);
}
