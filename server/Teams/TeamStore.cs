using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Teams;

/// <summary>Writes <c>teams</c> and <c>team_members</c>, which are one thing in two tables.</summary>
public sealed class TeamStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        t.id, t.name, t.space_id, t.description, t.external_security_groups::text as groups_json, t.can_be_deleted,
        array(select m.user_id from team_members m where m.team_id = t.id order by m.user_id) as member_user_ids
        """;

    /// <param name="spaceIds">Null: the teams of every space.</param>
    /// <param name="ofServer">Also those of the server.</param>
    public async Task<Slice<Team>> ListAsync(Page page, string[]? spaceIds, bool ofServer, CancellationToken cancel)
    {
        const string Where =
            """
            where (case when t.space_id is null then @ofServer else @spaceIds::text[] is null or t.space_id = any(@spaceIds) end)
              and (@Ids::text[] is null or t.id = any(@Ids))
              and (@NameLike::text is null or t.name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from teams t {Where};
            select {Columns} from teams t {Where} order by lower(t.name), t.id limit @Take offset @Skip
            """,
            new { spaceIds, ofServer, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Team>()).AsList());
    }

    public async Task<Team?> FindAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Team>(new CommandDefinition(
            $"select {Columns} from teams t where t.id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>The teams that the user is in, as a member or by a group of the identity provider.</summary>
    public async Task<IReadOnlyList<Team>> OfUserAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<Team>(new CommandDefinition(
            $"select {Columns} from teams t where exists (select from effective_team_members m where m.team_id = t.id and m.user_id = @userId) order by lower(t.name), t.id",
            new { userId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>As it is now, and as it stays until the commit: its members and its roles change only under this lock.</summary>
    public async Task<Team?> LockAsync(NpgsqlConnection connection, string id, CancellationToken cancel)
    {
        // Two statements: the second one sees what was committed while the first one waited.
        await connection.ExecuteAsync(new CommandDefinition("select 1 from teams where id = @id for update", new { id }, cancellationToken: cancel));
        return await connection.QuerySingleOrDefaultAsync<Team>(new CommandDefinition(
            $"select {Columns} from teams t where t.id = @id", new { id }, cancellationToken: cancel));
    }

    public async Task<Team> InsertAsync(NpgsqlConnection connection, Team team, CancellationToken cancel)
    {
        await RequireUsersAsync(connection, team.MemberUserIds, cancel);
        try
        {
            var id = await connection.QuerySingleAsync<string>(new CommandDefinition(
                """
                insert into teams (space_id, name, description, external_security_groups)
                values (@SpaceId, @Name, @Description, @GroupsJson::jsonb) returning id
                """, team, cancellationToken: cancel));
            await AddMembersAsync(connection, id, team.MemberUserIds, cancel);
            return team with { Id = id };
        }
        catch (PostgresException fault) when (fault.Violates("teams_name_key"))
        {
            throw NameTaken(team);
        }
    }

    /// <summary>Name, description, groups and members; the space and what is built in stay.</summary>
    public async Task<Team> UpdateAsync(NpgsqlConnection connection, Team team, CancellationToken cancel)
    {
        await RequireUsersAsync(connection, team.MemberUserIds, cancel);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update teams set name = @Name, description = @Description, external_security_groups = @GroupsJson::jsonb where id = @Id;
                delete from team_members where team_id = @Id and user_id <> all(@MemberUserIds)
                """, team, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("teams_name_key"))
        {
            throw NameTaken(team);
        }
        await AddMembersAsync(connection, team.Id, team.MemberUserIds, cancel);
        return team;
    }

    public Task DeleteAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("delete from teams where id = @id", new { id }, cancellationToken: cancel));

    /// <summary>Beside those that there are.</summary>
    public Task AddMembersAsync(NpgsqlConnection connection, string teamId, string[] userIds, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into team_members (team_id, user_id) select @teamId, unnest(@userIds) on conflict do nothing",
            new { teamId, userIds }, cancellationToken: cancel));

    private static async Task RequireUsersAsync(NpgsqlConnection connection, string[] userIds, CancellationToken cancel)
    {
        // Locked: a user who is deleted meanwhile must not turn into a fault of the database.
        var known = await connection.QueryAsync<string>(new CommandDefinition(
            "select id from users where id = any(@userIds) order by id for key share", new { userIds }, cancellationToken: cancel));
        var unknown = userIds.Except(known).ToList();
        if (unknown.Count > 0)
        {
            throw ApiException.BadRequest([.. unknown.Take(50).Select(id => $"MemberUserIds: there is no user or service account '{Printable.Of(id, 60)}'.")]);
        }
    }

    private static ApiException NameTaken(Team team) =>
        ApiException.Conflict($"There is a team named '{team.Name}' {(team.SpaceId is null ? "on this server" : "in this space")} already.");
}
