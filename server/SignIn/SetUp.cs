using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Teams;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

/// <summary>
/// The first administrator of a server whose settings name none. Each start prints the address of a page and a code that opens it, for
/// as long as there is no administrator. The code is typed and is in no address: those end up in proxies' logs and browsers' histories.
/// </summary>
public sealed class SetUp(
    NpgsqlDataSource database, UserAccounts accounts, TeamStore teams, Sessions sessions, SignInFailures failures, SignInOptions options,
    StandardOutput output, AuditLog audit, TimeProvider clock, ILogger<SetUp> log)
{
    public const string Path = "/app/set-up";

    // 100 bits; 0 and 1 are left out, and read as O and I.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Characters = 20;

    /// <summary>Replicas that start together each print one, and any of them will do.</summary>
    private const int MostCodes = 10;

    /// <summary>Prints where and with which code the first administrator is set up; nothing when there is one.</summary>
    public async Task OfferAsync(string serverUri, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        if (!await IsOpenAsync(connection, cancel))
        {
            await connection.ExecuteAsync(new CommandDefinition("delete from set_up_codes", cancellationToken: cancel));
            return;
        }
        var code = RandomNumberGenerator.GetString(Alphabet, Characters);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into set_up_codes (code_hash, created_at) values (@hash, @now);
            delete from set_up_codes where code_hash not in (select code_hash from set_up_codes order by created_at desc limit @MostCodes)
            """, new { hash = Hash(code), now = clock.GetUtcNow(), MostCodes }, cancellationToken: cancel));
        log.SetUpOffered($"{serverUri}{Path}");
        await output.Writer.WriteLineAsync($"Set up the first administrator: {serverUri}{Path} with the one-time code {string.Join('-', code.Chunk(5).Select(part => new string(part)))}");
        await output.Writer.FlushAsync(cancel);
    }

    /// <summary>Whether there is no administrator yet.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await IsOpenAsync(connection, cancel);
    }

    /// <summary>Makes the first administrator and signs them in. The code is used up when that has happened, and not by a fault in the other fields.</summary>
    public async Task<User> CompleteAsync(HttpContext context, SetUpInput input, CancellationToken cancel)
    {
        await using (var connection = await database.OpenConnectionAsync(cancel))
        {
            if (!await IsOpenAsync(connection, cancel))
            {
                throw Closed();
            }
            await ProveAsync(context, connection, input.Code, cancel);
        }
        var validation = new Validation();
        validation.Required("Username", input.Username, 100);
        // Without either there would be no way to sign in again.
        validation.Check(!options.PasswordsEnabled || !string.IsNullOrEmpty(input.Password), "Password is required.");
        validation.Check(options.PasswordsEnabled || !string.IsNullOrWhiteSpace(input.EmailAddress), "EmailAddress is required: by it the identity provider's sign-in finds this account.");
        validation.ThrowIfAny();
        return await database.InTransactionAsync(async connection =>
        {
            // Of two who do this at the same moment one waits here, and then finds an administrator.
            await teams.LockAsync(connection, Administrators.TeamId, cancel);
            if (!await IsOpenAsync(connection, cancel) || await connection.ExecuteAsync(new CommandDefinition(
                "delete from set_up_codes where code_hash = @hash", new { hash = Hash(input.Code) }, cancellationToken: cancel)) == 0)
            {
                throw Closed();
            }
            var actor = Sessions.ActorOf(context, null, "One-time set-up code");
            var user = await accounts.CreateAsync(connection, new UserInput(input.Username, input.DisplayName, input.EmailAddress, true, false, options.PasswordsEnabled ? input.Password : null), actor, cancel);
            await teams.AddMembersAsync(connection, Administrators.TeamId, [user.Id], cancel);
            await connection.ExecuteAsync(new CommandDefinition("delete from set_up_codes", cancellationToken: cancel));
            await audit.AppendAsync(connection, AuditEvent.Modified(actor, "Team", Administrators.TeamId, $"Octopus Administrators ({user.Username} was added)"), cancel);
            await sessions.StartAsync(context, connection, user, new SessionOrigin("set-up code"), cancel);
            return user;
        }, cancel);
    }

    /// <summary>Refuses a wrong code; each is a failure of its address, of which there may be ten in ten minutes.</summary>
    private async Task ProveAsync(HttpContext context, NpgsqlConnection connection, string? code, CancellationToken cancel)
    {
        var address = SignInFailures.OfAddress(context.Connection.RemoteIpAddress);
        await failures.CountAsync([address], cancel);
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from set_up_codes where code_hash = @hash)", new { hash = Hash(code) }, cancellationToken: cancel)))
        {
            await failures.ForgiveAsync(connection, null, address, cancel);
            return;
        }
        await database.InTransactionAsync(change => audit.AppendAsync(change, new AuditEvent
        {
            Category = AuditCategories.LoginFailed,
            Message = "Setting up the first administrator was refused: the code was wrong",
            Actor = Sessions.ActorOf(context, null, "Nothing: the code was wrong"),
        }, cancel), cancel);
        throw ApiException.BadRequest("Code is wrong. It is in what the server printed when it started, after \"Set up the first administrator\"; each start prints a new one.");
    }

    private static async Task<bool> IsOpenAsync(NpgsqlConnection connection, CancellationToken cancel) => await Administrators.CountAsync(connection, cancel) == 0;

    /// <summary>As it was printed or as people type it.</summary>
    private static byte[] Hash(string? code)
    {
        var typed = new string([.. (code ?? "").Where(char.IsAsciiLetterOrDigit).Take(Characters + 1)]).ToUpperInvariant().Replace('0', 'O').Replace('1', 'I');
        return SHA256.HashData(Encoding.ASCII.GetBytes(typed));
    }

    public static ApiException Closed() => new(StatusCodes.Status404NotFound, "This server has its first administrator; there is nothing to set up any more. Sign in instead.");
}

public sealed record SetUpInput(string? Code, string? Username, string? DisplayName, string? EmailAddress, string? Password);

/// <summary>Where the person who starts the server looks.</summary>
public sealed record StandardOutput(TextWriter Writer);

internal static partial class SetUpLog
{
    [LoggerMessage(LogLevel.Warning, "This server has no administrator yet. The one-time code to set up the first one at {Address} was printed to standard output; 'octologin admin' makes one, too")]
    public static partial void SetUpOffered(this ILogger log, string address);
}
