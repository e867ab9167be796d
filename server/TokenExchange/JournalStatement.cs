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
    private const string Sql =
        """
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
        ), pinned as (
          update oidc_identities i set github_repository_id = g.repository_id, github_repository_owner_id = g.owner_id,
            github_pinned_from = 'FirstToken', github_unpinned_since = null
          from granted g where i.id = g.identity_id and g.repository_id is not null and i.github_repository_id is null
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
        """;

    /// <summary>The outcome of each entry, in the batch's order.</summary>
    public static async Task<JournalOutcome[]> ExecuteAsync(NpgsqlDataSource database, List<JournalEntry> batch, DateTimeOffset now)
    {
        await using var command = database.CreateCommand(Sql);
        AddRedemptions(command.Parameters, batch);
        AddEvents(command.Parameters, batch);
        command.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, now);
        var outcomes = new JournalOutcome[batch.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            outcomes[reader.GetInt32(0)] = (JournalOutcome)reader.GetInt32(1);
        }
        return outcomes;
    }

    private static void AddRedemptions(NpgsqlParameterCollection parameters, List<JournalEntry> batch)
    {
        Add(parameters, "ordinals", NpgsqlDbType.Integer, batch, (_, i) => i);
        Add(parameters, "keys", NpgsqlDbType.Bytea, batch, (entry, _) => entry.Redemption?.TokenKey);
        Add(parameters, "identities", NpgsqlDbType.Text, batch, (entry, _) => entry.Redemption?.IdentityId);
        Add(parameters, "versions", NpgsqlDbType.Integer, batch, (entry, _) => entry.Redemption?.IdentityVersion ?? 0);
        Add(parameters, "reuses", NpgsqlDbType.Boolean, batch, (entry, _) => entry.Redemption?.AllowReuse ?? false);
        Add(parameters, "expiries", NpgsqlDbType.TimestampTz, batch, (entry, _) => entry.Redemption?.ExpiresAt ?? DateTimeOffset.UnixEpoch);
        Add(parameters, "repositories", NpgsqlDbType.Text, batch, (entry, _) => entry.Redemption?.Pin?.RepositoryId);
        Add(parameters, "owners", NpgsqlDbType.Text, batch, (entry, _) => entry.Redemption?.Pin?.OwnerId);
    }

    private static void AddEvents(NpgsqlParameterCollection parameters, List<JournalEntry> batch)
    {
        Add(parameters, "attempts", NpgsqlDbType.Boolean, batch, (entry, _) => entry.Redemption is not null);
        Add(parameters, "categories", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Category);
        Add(parameters, "userIds", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.UserId);
        Add(parameters, "usernames", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.Username);
        Add(parameters, "establishedWith", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.EstablishedWith);
        Add(parameters, "messages", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Message);
        Add(parameters, "related", NpgsqlDbType.Text, batch, (entry, _) => string.Join(',', entry.Event.RelatedDocumentIds));
        Add(parameters, "details", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Details);
        Add(parameters, "correlationIds", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.CorrelationId);
        Add(parameters, "addresses", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.IpAddress);
        Add(parameters, "agents", NpgsqlDbType.Text, batch, (entry, _) => entry.Event.Actor.UserAgent is { } agent ? Printable.Of(agent) : null);
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, string name, NpgsqlDbType type, List<JournalEntry> batch, Func<JournalEntry, int, T> value)
    {
        var values = new T[batch.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(batch[i], i);
        }
        parameters.Add(new NpgsqlParameter<T[]>(name, type | NpgsqlDbType.Array) { TypedValue = values });
    }
}
