using System.Buffers.Binary;
using Npgsql;
using NpgsqlTypes;
using OctoLogin.Audit;

namespace OctoLogin.TokenExchange;

/// <summary>
/// Redeems what a batch of attempts uses up. It decides what only the database can: whether the identity, its issuer and our key
/// still stand as they were when the token was checked, and who of all replicas is the first to use a token. Whoever asked writes the events and commits.
/// </summary>
internal static class JournalStatement
{
    // Those of the attempts whose identity, issuer, account and signing key are as they were. Two rows of one token are one conflict with the other.
    private static string Live(int first) =>
        $"""
        select a.* from unnest({string.Join(", ", Enumerable.Range(first, 8).Select(i => $"${i}"))}) as a(token_key, identity_id, version, issuer_version, expires_at, signing_key, repository_id, owner_id)
        join oidc_identities i on i.id = a.identity_id and i.version = a.version
        join users u on u.id = i.user_id and u.is_active
        join signing_keys k on k.kid = a.signing_key and k.revoked_at is null
        left join issuers s on s.issuer = i.issuer
        where coalesce(s.version, 0) = a.issuer_version
          and (a.repository_id is null or i.github_repository_id is null
            or (i.github_repository_id = a.repository_id and i.github_repository_owner_id = a.owner_id))
        """;

    // In order of the keys: two replicas that redeem the same tokens would else wait for each other.
    private static readonly string RedeemSome =
        $"""
        insert into redeemed_tokens (token_key, identity_id, expires_at)
        select token_key, identity_id, expires_at from ({Live(1)}) live order by token_key
        on conflict (token_key) do nothing
        returning token_key, identity_id
        """;

    // Whether all can be redeemed is looked at first: what has to be taken back is an error in the log of the database, with the event in it.
    private static readonly string RedeemAllAndAppend = ChainWriter.StatementWhen(
        $"""
        live as materialized ({Live(21)}),
        unused as (select count(*) as n from live where not exists (select from redeemed_tokens t where t.token_key = live.token_key)),
        met as (
          insert into redeemed_tokens (token_key, identity_id, expires_at)
          select token_key, identity_id, expires_at from live where (select n from unused) = $20 order by token_key
          on conflict (token_key) do nothing
          returning 1),
        """,
        "(select n from unused) = $20");

    // Only for what was not redeemed: changed since, used before, or used again by an identity that allows it.
    private static readonly string Explain = $"select l.token_key, l.identity_id, t.identity_id from ({Live(1)}) l join redeemed_tokens t using (token_key)";

    // In order, so that two replicas never wait for each other. Who comes second then sees what the first one pinned.
    private const string HoldUnpinned = "select 1 from oidc_identities where id = any($1) order by id for no key update";

    // Apart from the rest: an update that finds no row is still told to every replica as a change, and empties their memories.
    private const string Pin =
        """
        update oidc_identities i set github_repository_id = a.repository_id, github_repository_owner_id = a.owner_id,
          github_pinned_from = 'FirstToken', github_unpinned_since = null
        from unnest($1, $2, $3) as a(identity_id, repository_id, owner_id)
        where i.id = a.identity_id and i.github_repository_id is null
        """;

    /// <summary>
    /// That all of the batch are redeemed together with the append of their events, as nearly always they are. Null: it cannot be, as an
    /// identity takes its ids from its token, or a token may have been used before.
    /// </summary>
    public static AppendCondition? RedeemsAll(List<JournalEntry> batch)
    {
        var asked = batch.Where(entry => entry.Redemption is not null).Select(entry => entry.Redemption!).ToArray();
        return Array.Exists(asked, redemption => redemption.AllowReuse || redemption.Pin is not null) || asked.DistinctBy(KeyOf).Count() < asked.Length
            ? null
            : new(RedeemAllAndAppend, asked.Length, parameters => AddLive(parameters, asked));
    }

    /// <summary>One for each entry, in the batch's order. What is a refusal already has nothing to redeem.</summary>
    public static async Task<JournalOutcome[]> ExecuteAsync(NpgsqlConnection connection, List<JournalEntry> batch)
    {
        var asked = Enumerable.Range(0, batch.Count).Where(i => batch[i].Redemption is not null).ToArray();
        var outcomes = new JournalOutcome[batch.Count];
        var unpinned = asked.Where(i => batch[i].Redemption!.Pin is not null).Select(i => batch[i].Redemption!).ToArray();
        if (unpinned.Length > 0)
        {
            await using var hold = new NpgsqlCommand(HoldUnpinned, connection);
            Add(hold.Parameters, unpinned, redemption => redemption.IdentityId, NpgsqlDbType.Text);
            await hold.ExecuteNonQueryAsync();
        }
        var redeemed = asked.Length == 0 ? [] : await RedeemAsync(connection, Array.ConvertAll(asked, i => batch[i].Redemption!));
        if (redeemed.Count < asked.Length)
        {
            await DecideAsync(connection, batch, asked, redeemed, outcomes);
        }
        await PinAsync(connection, Array.FindAll(asked, i => outcomes[i] == JournalOutcome.Recorded && batch[i].Redemption!.Pin is not null).Select(i => batch[i].Redemption!).ToArray());
        return outcomes;
    }

    private static async Task PinAsync(NpgsqlConnection connection, Redemption[] pins)
    {
        if (pins.Length == 0)
        {
            return;
        }
        await using var pin = new NpgsqlCommand(Pin, connection);
        Add(pin.Parameters, pins, redemption => redemption.IdentityId, NpgsqlDbType.Text);
        Add(pin.Parameters, pins, redemption => redemption.Pin!.RepositoryId, NpgsqlDbType.Text);
        Add(pin.Parameters, pins, redemption => redemption.Pin!.OwnerId, NpgsqlDbType.Text);
        await pin.ExecuteNonQueryAsync();
    }

    private static async Task<List<(byte[] Key, string Identity)>> RedeemAsync(NpgsqlConnection connection, Redemption[] asked)
    {
        var redeemed = new List<(byte[], string)>(asked.Length);
        await using var statement = new NpgsqlCommand(RedeemSome, connection);
        AddLive(statement.Parameters, asked);
        // Planning this costs the database more than a full batch does; a connection that has it prepared is not asked again.
        await statement.PrepareAsync();
        await using var reader = await statement.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            redeemed.Add((reader.GetFieldValue<byte[]>(0), reader.GetString(1)));
        }
        return redeemed;
    }

    private static async Task DecideAsync(
        NpgsqlConnection connection, List<JournalEntry> batch, int[] asked, List<(byte[] Key, string Identity)> redeemed, JournalOutcome[] outcomes)
    {
        // Of two entries with one token and identity the first has it.
        var first = redeemed.Select(row => KeyOf(row.Key, row.Identity)).ToHashSet();
        var rest = Array.FindAll(asked, i => !first.Remove(KeyOf(batch[i].Redemption!)));
        await using var explain = new NpgsqlCommand(Explain, connection);
        AddLive(explain.Parameters, Array.ConvertAll(rest, i => batch[i].Redemption!));
        var usedBy = new Dictionary<(UInt128, string), string>();
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                usedBy[KeyOf(reader.GetFieldValue<byte[]>(0), reader.GetString(1))] = reader.GetString(2);
            }
        }
        foreach (var i in rest)
        {
            outcomes[i] = !usedBy.TryGetValue(KeyOf(batch[i].Redemption!), out var user) ? JournalOutcome.Changed
                : batch[i].Redemption!.AllowReuse && user == batch[i].Redemption!.IdentityId ? JournalOutcome.Recorded
                : JournalOutcome.UsedBefore;
        }
    }

    // Half of a SHA-256 tells the tokens of one batch apart.
    private static (UInt128, string) KeyOf(Redemption redemption) => KeyOf(redemption.TokenKey, redemption.IdentityId);

    private static (UInt128, string) KeyOf(byte[] tokenKey, string identityId) => (BinaryPrimitives.ReadUInt128LittleEndian(tokenKey), identityId);

    private static void AddLive(NpgsqlParameterCollection parameters, Redemption[] redemptions)
    {
        Add(parameters, redemptions, redemption => redemption.TokenKey, NpgsqlDbType.Bytea);
        Add(parameters, redemptions, redemption => redemption.IdentityId, NpgsqlDbType.Text);
        Add(parameters, redemptions, redemption => redemption.IdentityVersion, NpgsqlDbType.Integer);
        Add(parameters, redemptions, redemption => redemption.IssuerVersion, NpgsqlDbType.Bigint);
        Add(parameters, redemptions, redemption => redemption.ExpiresAt, NpgsqlDbType.TimestampTz);
        Add(parameters, redemptions, redemption => redemption.SigningKeyId, NpgsqlDbType.Text);
        Add(parameters, redemptions, redemption => redemption.Pin?.RepositoryId, NpgsqlDbType.Text);
        Add(parameters, redemptions, redemption => redemption.Pin?.OwnerId, NpgsqlDbType.Text);
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, Redemption[] redemptions, Converter<Redemption, T> value, NpgsqlDbType type) =>
        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = Array.ConvertAll(redemptions, value), NpgsqlDbType = type | NpgsqlDbType.Array });
}
