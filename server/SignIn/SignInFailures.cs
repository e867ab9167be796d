using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

/// <summary>
/// Bounds guesses: ten failures in ten minutes for an account, and for an address, over all replicas. A try is counted before its
/// password is looked at and taken back when it was right, so that many at the same moment are no more than ten either. A row is one
/// account or address, and an address can make ten of them in that time at most.
/// </summary>
public sealed class SignInFailures(NpgsqlDataSource database, TimeProvider clock)
{
    public const int Most = 10;

    /// <summary>From the first failure.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly record struct Count(int Failures, DateTimeOffset Since);

    public static string OfAddress(IPAddress? address) => $"address:{AddressNetwork.Of(address)}";

    /// <summary>A name that nobody has is locked as a real one is, or the lock would tell them apart. It is hashed: it may be a password in the wrong field.</summary>
    public static string OfAccount(User? user, string name) =>
        user is not null ? $"account:{user.Id}" : $"name:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name.ToLowerInvariant())))}";

    /// <summary>Counts a try, or throws the 429. Says how many there were, this one included.</summary>
    /// <param name="counted">The address first: one that has had its tries must not lock one account after the other.</param>
    public async Task<int> CountAsync(IReadOnlyList<string> counted, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancel);
        var most = 0;
        foreach (var one in counted)
        {
            var count = await CountAsync(connection, one, now, cancel);
            if (count.Failures > Most)
            {
                throw ApiException.TooManyRequests($"There were {Most} failed tries within ten minutes.", count.Since + Window - now);
            }
            most = Math.Max(most, count.Failures);
        }
        return most;
    }

    /// <summary>The try was right: the account begins anew, the address has this one back. Were it to begin anew, one good account would let it guess for ever.</summary>
    /// <param name="account">Null: it was about none.</param>
    public Task ForgiveAsync(NpgsqlConnection connection, string? account, string address, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            delete from sign_in_failures where counted = @account;
            update sign_in_failures set failures = failures - 1 where counted = @address and failures > 0
            """, new { account, address }, cancellationToken: cancel));

    /// <summary>Lets a user in again, from whatever address: the <c>admin</c> verb's part.</summary>
    public async Task ResetAsync(User user, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from sign_in_failures where counted = @account or counted like 'address:%'", new { account = OfAccount(user, user.Username) }, cancellationToken: cancel));
    }

    public async Task<int> PurgeAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from sign_in_failures where since <= @before", new { before = clock.GetUtcNow() - Window }, cancellationToken: cancel));
    }

    // At most one more than the limit: tries that are not looked at do not add up.
    private static Task<Count> CountAsync(NpgsqlConnection connection, string counted, DateTimeOffset now, CancellationToken cancel) =>
        connection.QuerySingleAsync<Count>(new CommandDefinition(
            """
            insert into sign_in_failures as f (counted, failures, since) values (@counted, 1, @now)
            on conflict (counted) do update set
              failures = case when f.since <= @before then 1 else least(f.failures + 1, @Most + 1) end,
              since = case when f.since <= @before then @now else f.since end
            returning failures, since
            """, new { counted, now, before = now - Window, Most }, cancellationToken: cancel));
}
