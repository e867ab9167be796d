using Microsoft.AspNetCore.Identity;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

/// <summary>
/// Signs people in with user name and password. A wrong name, a wrong password, a disabled and a service account have one answer and
/// take the same time.
/// </summary>
public sealed class PasswordSignIn(
    NpgsqlDataSource database, UserStore users, UserAccounts accounts, Sessions sessions, SignInFailures failures, SignInOptions options, AuditLog audit)
{
    public const string Wrong = "Invalid username or password.";

    public async Task<User> SignInAsync(HttpContext context, string? username, string? password, CancellationToken cancel)
    {
        if (!options.PasswordsEnabled)
        {
            throw ApiException.Forbidden("Signing in with user name and password is turned off on this server (SignIn:PasswordsEnabled=false). Use the identity provider of the sign-in page, or an API key.");
        }
        var name = username?.Trim() ?? "";
        var user = name.Length is > 0 and <= 200 ? await users.FindByNameAsync(name, cancel) : null;
        var (address, account) = (SignInFailures.OfAddress(context.Connection.RemoteIpAddress), SignInFailures.OfAccount(user, name));
        var tries = await failures.CountAsync([address, account], cancel);
        var verdict = Check(user, password);
        var signedIn = verdict == PasswordVerificationResult.Failed ? null : await database.InTransactionAsync(async connection =>
        {
            // As it is now: a password that was changed, or an account that was disabled, since it was looked at lets nobody in.
            var present = await users.LockAsync(connection, user!.Id, cancel);
            if (present is not { IsActive: true } || present.PasswordHash != user.PasswordHash)
            {
                return null;
            }
            if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
            {
                await users.RehashAsync(connection, present.Id, Passwords.Hash(present, password!), cancel);
            }
            await failures.ForgiveAsync(connection, account, address, cancel);
            await sessions.StartAsync(context, connection, present, SessionOrigin.Password, cancel);
            return present;
        }, cancel);
        if (signedIn is null)
        {
            await RecordAsync(Sessions.ActorOf(context, user, "Nothing: the sign-in was refused"), user, tries, cancel);
            throw ApiException.BadRequest(Wrong);
        }
        return signedIn;
    }

    /// <summary>The caller's own password, for which they need the present one: a browser that somebody left open is not enough.</summary>
    public async Task ChangeAsync(HttpContext context, Caller caller, string? present, string? wanted, CancellationToken cancel)
    {
        var user = await users.FindAsync(caller.UserId, cancel) ?? throw ApiException.NotFound("user", caller.UserId);
        if (user.IsService || user.PasswordHash is null)
        {
            throw ApiException.BadRequest($"'{user.Username}' has no password that could be changed. An administrator can set the first one for a person.");
        }
        if (wanted is not { Length: >= UserAccounts.FewestPasswordCharacters })
        {
            throw ApiException.BadRequest($"NewPassword must have at least {UserAccounts.FewestPasswordCharacters} characters, not {wanted?.Length ?? 0}.");
        }
        var (address, account) = (SignInFailures.OfAddress(context.Connection.RemoteIpAddress), SignInFailures.OfAccount(user, user.Username));
        var tries = await failures.CountAsync([address, account], cancel);
        if (Check(user, present) == PasswordVerificationResult.Failed)
        {
            await RecordAsync(caller.Actor, user, tries, cancel);
            throw ApiException.BadRequest("CurrentPassword is not your present password.");
        }
        await database.InTransactionAsync(connection => failures.ForgiveAsync(connection, account, address, cancel), cancel);
        await accounts.UpdateAsync(user, new UserInput(null, null, null, null, null, wanted), caller.Actor, cancel, keepSession: caller.SessionId, presentHash: user.PasswordHash);
    }

    private static PasswordVerificationResult Check(User? user, string? password)
    {
        var fits = password?.Length is > 0 and <= Passwords.MostCharacters;
        var verdict = Passwords.Verify(user is { IsActive: true, IsService: false } ? user : null, fits ? password! : "");
        return fits ? verdict : PasswordVerificationResult.Failed;
    }

    /// <summary>No more than what was counted, so strangers cannot fill the disk. A name that nobody has is left out: it may be a password in the wrong field.</summary>
    private Task RecordAsync(AuditActor actor, User? user, int tries, CancellationToken cancel) => database.InTransactionAsync(connection => audit.AppendAsync(connection, new AuditEvent
    {
        Category = AuditCategories.LoginFailed,
        Message = user is null ? "A sign-in with a user name that nobody has was refused" : $"A sign-in as {user.Username} was refused: {Reason(user)}",
        Actor = actor,
        RelatedDocumentIds = user is null ? [] : [user.Id],
        Details = AuditDetails.Of(new { Tries = tries, IsLocked = tries >= SignInFailures.Most }),
    }, cancel), cancel);

    private static string Reason(User user) => user switch
    {
        { IsService: true } => "it is a service account",
        { IsActive: false } => "the account is disabled",
        { PasswordHash: null } => "the account has no password",
        _ => "the password was wrong",
    };
}
