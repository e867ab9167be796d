using Dapper;
using Npgsql;
using OctoLogin.Access;

namespace OctoLogin.Portal.Rights;

/// <summary>What the things are called that roles are limited to, in whatever spaces they are; one statement however many.</summary>
public sealed class LimitNames(NpgsqlDataSource database)
{
    /// <summary>By Id, of those that the caller sees.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(IEnumerable<ScopedUserRole> roles, Caller caller, CancellationToken cancel)
    {
        var ids = roles.SelectMany(role => role.Limits()).Distinct().ToArray();
        if (ids.Length == 0)
        {
            return new Dictionary<string, string>();
        }
        await using var connection = await database.OpenConnectionAsync(cancel);
        var found = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id, name, space_id, project_group_id from projects where id = any(@ids)
            union all select id, name, space_id, null from project_groups where id = any(@ids)
            union all select id, name, space_id, null from environments where id = any(@ids)
            union all select id, name, space_id, null from tenants where id = any(@ids)
            """, new { ids }, cancellationToken: cancel));
        return found.Where(row => Sees(caller, row)).ToDictionary(row => row.Id, row => row.Name);
    }

    private static bool Sees(Caller caller, Row row) => row.Id.Split('-')[0] switch
    {
        "Projects" => caller.May(Permission.ProjectView, new(row.SpaceId, row.Id, row.ProjectGroupId)),
        "ProjectGroups" => caller.May(Permission.ProjectGroupView, AccessTarget.Space(row.SpaceId)),
        "Environments" => caller.May(Permission.EnvironmentView, new(row.SpaceId, EnvironmentId: row.Id)),
        _ => caller.May(Permission.TenantView, new(row.SpaceId, TenantId: row.Id)),
    };

    private sealed record Row
    {
        public required string Id { get; init; }
        public required string Name { get; init; }
        public required string SpaceId { get; init; }
        public string? ProjectGroupId { get; init; }
    }
}
