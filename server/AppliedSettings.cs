using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using OctoLogin.Database;

namespace OctoLogin;

/// <summary>Writes <c>applied_settings</c>: what settings were that are applied once and then are the administrators' to change.</summary>
public sealed class AppliedSettings(Secrets secrets)
{
    private readonly byte[] key = secrets.DeriveKey("applied settings");

    /// <summary>Names of those that were another when they were last applied, or were not there.</summary>
    public async Task<IReadOnlyCollection<string>> ChangedAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, string> settings, CancellationToken cancel)
    {
        var known = (await connection.QueryAsync<(string Name, byte[] Fingerprint)>(new CommandDefinition("select name, fingerprint from applied_settings", cancellationToken: cancel)))
            .ToDictionary(row => row.Name, row => row.Fingerprint);
        return [.. settings.Where(setting => !known.TryGetValue(setting.Key, out var then) || (then.Length > 0 && !CryptographicOperations.FixedTimeEquals(then, Fingerprint(setting)))).Select(setting => setting.Key)];
    }

    /// <summary>These were applied, and no others are there: one that is given again later is new.</summary>
    public Task SaveAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, string> settings, CancellationToken cancel) => connection.ExecuteAsync(new CommandDefinition(
        """
        delete from applied_settings where name <> all (@names);
        insert into applied_settings (name, fingerprint) select * from unnest(@names, @fingerprints)
        on conflict (name) do update set fingerprint = excluded.fingerprint
        """, new { names = settings.Keys.ToArray(), fingerprints = settings.Select(Fingerprint).ToArray() }, cancellationToken: cancel));

    private byte[] Fingerprint(KeyValuePair<string, string> setting) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{setting.Key}\n{setting.Value}"));
}
