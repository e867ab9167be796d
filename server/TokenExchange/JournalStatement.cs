using Npgsql;
using NpgsqlTypes;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// A batch of attempts as one statement, and so one transaction and one flush. It decides what only the database can: whether the
/// identity still stands as it was matched, and who of all replicas is the first to use a token.
/// </summary>
internal static class JournalStatement
{
    private static string Sql(string pinned) => Numbered(
        $"""
        with asked as (
          select * from unnest(@ordinals, @keys, @identities, @versions, @reuses, @expiries, @repositories, @owners)
            as t(ordinal, token_key, identity_id, version, reuse, expires_at, repository_id, owner_id)
          where token_key is not null
        ), live as (
          select a.* from asked a
          join oidc_identities i on i.id = a.identity_id and i.version = a.version
          join users u on u.id = i.user_id and u.is_active
          where a.repository_id is null or i.github_repository_id is null
            or (i.github_repository_id = a.repository_id and i.github_repository_owner_id = a.owner_id)
        ), first as (
          select distinct on (token_key) ordinal, token_key, identity_id, expires_at from live order by token_key, ordinal
        ), redeemed as (
          insert into redeemed_tokens (token_key, identity_id, expires_at)
          select token_key, identity_id, expires_at from first
          on conflict (token_key) do nothing
          returning token_key, identity_id
        ), granted as (
          select l.* from live l
          join first f using (token_key)
          left join redeemed n using (token_key)
          left join redeemed_tokens before using (token_key)
          where (n.token_key is not null and f.ordinal = l.ordinal)
            or (l.reuse and l.identity_id = coalesce(n.identity_id, before.identity_id))
        {pinned}
        ), recorded as (
          insert into audit_events (occurred, category, user_id, username, established_with, message, related_document_ids,
            details, correlation_id, ip_address, user_agent)
          select @now, e.category, e.user_id, e.username, e.established_with, e.message, string_to_array(e.related, ','),
            e.details::jsonb, e.correlation_id, e.ip_address, e.user_agent
          from unnest(@ordinals, @attempts, @categories, @userIds, @usernames, @establishedWith, @messages, @related, @details,
            @correlationIds, @addresses, @agents)
            as e(ordinal, is_exchange, category, user_id, username, established_with, message, related, details, correlation_id, ip_address, user_agent)
          where not e.is_exchange or e.ordinal in (select ordinal from granted)
          order by e.ordinal
        )
        select a.ordinal, case when g.ordinal is not null then 0 when l.ordinal is not null then 1 else 2 end
        from asked a left join live l using (ordinal) left join granted g using (ordinal)
        """);

    // Each an array with a value for each entry; a parameter's number is its place here. Text with names would be parsed for each batch.
    private static readonly IReadOnlyList<Column> Columns =
    [
        new Column<int>("ordinals", NpgsqlDbType.Integer, (_, i) => i),
        new Column<byte[]?>("keys", NpgsqlDbType.Bytea, (entry, _) => entry.Redemption?.TokenKey),
        new Column<string?>("identities", NpgsqlDbType.Text, (entry, _) => entry.Redemption?.IdentityId),
        new Column<int>("versions", NpgsqlDbType.Integer, (entry, _) => entry.Redemption?.IdentityVersion ?? 0),
        new Column<bool>("reuses", NpgsqlDbType.Boolean, (entry, _) => entry.Redemption?.AllowReuse ?? false),
        new Column<DateTimeOffset>("expiries", NpgsqlDbType.TimestampTz, (entry, _) => entry.Redemption?.ExpiresAt ?? DateTimeOffset.UnixEpoch),
        new Column<string?>("repositories", NpgsqlDbType.Text, (entry, _) => entry.Redemption?.Pin?.RepositoryId),
        new Column<string?>("owners", NpgsqlDbType.Text, (entry, _) => entry.Redemption?.Pin?.OwnerId),
        new Column<bool>("attempts", NpgsqlDbType.Boolean, (entry, _) => entry.Redemption is not null),
        new Column<string>("categories", NpgsqlDbType.Text, (entry, _) => entry.Event.Category),
        new Column<string?>("userIds", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.UserId),
        new Column<string?>("usernames", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.Username),
        new Column<string>("establishedWith", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.EstablishedWith),
        new Column<string>("messages", NpgsqlDbType.Text, (entry, _) => entry.Event.Message),
        new Column<string>("related", NpgsqlDbType.Text, (entry, _) => string.Join(',', entry.Event.RelatedDocumentIds)),
        new Column<string>("details", NpgsqlDbType.Text, (entry, _) => entry.Event.Details),
        new Column<string?>("correlationIds", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.CorrelationId),
        new Column<string?>("addresses", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.IpAddress),
        new Column<string?>("agents", NpgsqlDbType.Text, (entry, _) => entry.Event.Actor.UserAgent is { } agent ? Printable.Of(agent) : null),
    ];

    private static readonly string WithoutPins = Sql("");

    // Apart from the other: an update that finds no row is still told to every replica as a change, and empties their memories.
    private static readonly string WithPins = Sql(
        """
        ), pinned as (
          update oidc_identities i set github_repository_id = g.repository_id, github_repository_owner_id = g.owner_id,
            github_pinned_from = 'FirstToken', github_unpinned_since = null
          from granted g where i.id = g.identity_id and g.repository_id is not null and i.github_repository_id is null
        """);

    /// <summary>The outcome of each entry, in the batch's order.</summary>
    public static async Task<JournalOutcome[]> ExecuteAsync(NpgsqlDataSource database, List<JournalEntry> batch, DateTimeOffset now)
    {
        var pins = batch.Exists(entry => entry.Redemption?.Pin is not null);
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(pins ? WithPins : WithoutPins, connection);
        foreach (var column in Columns)
        {
            command.Parameters.Add(column.Of(batch));
        }
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        // Planning this costs the database more than a full batch does; a connection that has it prepared is not asked again.
        await command.PrepareAsync();
        var outcomes = new JournalOutcome[batch.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            outcomes[reader.GetInt32(0)] = (JournalOutcome)reader.GetInt32(1);
        }
        return outcomes;
    }

    private static string Numbered(string sql) => Columns.Select(column => column.Name).Append("now").Index()
        .Aggregate(sql, (text, parameter) => text.Replace($"@{parameter.Item}", $"${parameter.Index + 1}"));

    private abstract record Column(string Name)
    {
        public abstract NpgsqlParameter Of(List<JournalEntry> batch);
    }

    private sealed record Column<T>(string Name, NpgsqlDbType Type, Func<JournalEntry, int, T> Value) : Column(Name)
    {
        public override NpgsqlParameter Of(List<JournalEntry> batch)
        {
            var values = new T[batch.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Value(batch[i], i);
            }
            return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = Type | NpgsqlDbType.Array };
        }
    }
}
