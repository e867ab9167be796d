using Dapper;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.SignIn;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Users;

namespace OctoLogin;

/// <summary>
/// Makes or repairs the administrator that the settings name, at a start, and the one that the <c>admin</c> verb is told of. A setting does
/// that when it is new or has changed: one that is as it was at the last start undoes nothing that an administrator has changed since.
/// </summary>
public sealed class FirstAdministrator(
    NpgsqlDataSource database, UserStore users, UserAccounts accounts, ApiKeyStore keys, SignInFailures failures, SignInOptions signIn, ProviderSettingsStore provider,
    AppliedSettings applied, AuditLog audit, TimeProvider clock, ILogger<FirstAdministrator> log)
{
    /// <exception cref="StartupException">There is no administrator, and the one of the settings could not sign in.</exception>
    public async Task ApplyAsync(AdminOptions admin, CancellationToken cancel)
    {
        var present = await users.FindByNameAsync(admin.Username!, cancel);
        RefuseService(present);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var hasOne = await Administrators.CountAsync(connection, cancel) > 0;
        var changed = await applied.ChangedAsync(connection, admin.Named, cancel);
        if (changed.Count > 0 || !hasOne)
        {
            if (!await HasWayInAsync(admin, present, cancel))
            {
                Refuse(admin, hasOne);
                return;
            }
            // Otherwise whoever took the name of an administrator that was renamed, or was taken out of the team, would be one.
            if (present is not null && hasOne && !await IsMemberAsync(connection, present, cancel))
            {
                log.NotAdministrator(admin.Username!);
                return;
            }
            await MakeAsync(present is null || !hasOne ? admin : admin.Only(changed), AuditActor.System, cancel);
        }
        await applied.SaveAsync(connection, admin.Named, cancel);
    }

    /// <summary>The user of that name, made where there is none: in the administrators' team, enabled, no longer locked, with what else is given.</summary>
    public async Task<User> MakeAsync(AdminOptions admin, AuditActor actor, CancellationToken cancel)
    {
        var present = await users.FindByNameAsync(admin.Username!, cancel);
        RefuseService(present);
        // What can be refused comes first.
        var user = present is null ? await accounts.CreateAsync(new UserInput(admin.Username, null, admin.Email, true, false, admin.Password), actor, cancel)
            : present.IsActive && admin.Password is null && (admin.Email is null || admin.Email == present.EmailAddress) ? present
            : await accounts.UpdateAsync(present, new UserInput(null, null, admin.Email, true, null, admin.Password), actor, cancel);
        await database.InTransactionAsync(async connection =>
        {
            var added = await connection.ExecuteAsync(new CommandDefinition(
                "insert into team_members (team_id, user_id) values (@TeamId, @Id) on conflict do nothing", new { Administrators.TeamId, user.Id }, cancellationToken: cancel));
            if (added > 0)
            {
                await audit.AppendAsync(connection, AuditEvent.Modified(actor, "Team", Administrators.TeamId, $"Octopus Administrators ({user.Username} was added)"), cancel);
            }
            if (admin.ApiKey is { } key && await keys.InsertAsync(
                connection, user.Id, "Admin:ApiKey of the settings", ApiKeySecret.Hash(key), ApiKeySecret.Hint(key), clock.GetUtcNow(), null, null, cancel) is { } made)
            {
                await audit.AppendAsync(connection, AuditEvent.Created(actor, "API key", made.Id, $"{made.Hint} of {user.Username}"), cancel);
            }
        }, cancel);
        await failures.ResetAsync(user, cancel);
        return user;
    }

    /// <summary>Whether the administrator could sign in now: the provider, whom an address is for, is enabled by somebody who is signed in.</summary>
    private async Task<bool> HasWayInAsync(AdminOptions admin, User? present, CancellationToken cancel) =>
        admin.ApiKey is not null || (signIn.PasswordsEnabled && (admin.Password ?? present?.PasswordHash) is not null)
        || ((admin.Email ?? present?.EmailAddress) is not null && (await provider.GetAsync(cancel)).IsEnabled)
        || (present is not null && (await keys.ListAsync(present.Id, cancel)).Any(key => key.Expires is null || key.Expires > clock.GetUtcNow()));

    private void Refuse(AdminOptions admin, bool hasOne)
    {
        var why = admin.Password is not null ? "Admin:Password lets nobody in while SignIn:PasswordsEnabled is false"
            : admin.Email is not null ? "Admin:Email lets them in by an identity provider, and none is enabled yet: somebody who is signed in does that"
            : "no setting says how they sign in";
        var mend = $"Add {(signIn.PasswordsEnabled ? $"Admin:Password (at least {UserAccounts.FewestPasswordCharacters} characters) or " : "")}Admin:ApiKey ('API-' and at least {ApiKeySecret.FewestCharactersAfterPrefix} letters and digits)";
        if (hasOne)
        {
            log.NoWayIn(admin.Username!, why, mend);
            return;
        }
        throw new StartupException($"Admin:Username is '{admin.Username}', who would be the only administrator and could not sign in: {why}. {mend}. "
            + "Or take the settings below Admin: away: the start then prints a one-time code, with which a browser sets up the first administrator.") { ExitCode = StartupException.ConfigurationFault };
    }

    private static void RefuseService(User? present)
    {
        if (present is { IsService: true })
        {
            throw new StartupException($"Admin:Username is '{present.Username}', which is a service account; an administrator must be a person's account.");
        }
    }

    private static async Task<bool> IsMemberAsync(NpgsqlConnection connection, User user, CancellationToken cancel) => await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
        "select exists (select from team_members where team_id = @TeamId and user_id = @Id)", new { Administrators.TeamId, user.Id }, cancellationToken: cancel));
}

/// <summary>The settings below <c>Admin:</c>.</summary>
public sealed record AdminOptions(string? Username, string? Email = null, string? Password = null, string? ApiKey = null)
{
    /// <summary>By their names, those that are given. Of another user each is another setting.</summary>
    public IReadOnlyDictionary<string, string> Named => new Dictionary<string, string?>
    {
        ["Admin:Username"] = Username, ["Admin:Email"] = Email, ["Admin:Password"] = Password, ["Admin:ApiKey"] = ApiKey,
    }.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Key, setting => $"{Username!.ToLowerInvariant()}\n{setting.Value}");

    public AdminOptions Only(IReadOnlyCollection<string> settings) =>
        new(Username, settings.Contains("Admin:Email") ? Email : null, settings.Contains("Admin:Password") ? Password : null, settings.Contains("Admin:ApiKey") ? ApiKey : null);

    public static AdminOptions Read(IConfiguration configuration, List<string> faults)
    {
        var admin = new AdminOptions(Given("Username"), Given("Email"), configuration["Admin:Password"], configuration["Admin:ApiKey"]);
        if (admin.Username is null && (admin.Password ?? admin.ApiKey ?? admin.Email) is not null)
        {
            admin = admin with { Username = "admin" };
        }
        if (admin.ApiKey is { } key && (!key.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal)
            || key.Length < ApiKeySecret.Prefix.Length + ApiKeySecret.FewestCharactersAfterPrefix || !key.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            faults.Add($"Admin:ApiKey must be 'API-' and at least {ApiKeySecret.FewestCharactersAfterPrefix} letters, digits or '-'; it has {key.Length} characters and is not shown here.");
        }
        if (admin.Password is { Length: < UserAccounts.FewestPasswordCharacters } password)
        {
            faults.Add($"Admin:Password must have at least {UserAccounts.FewestPasswordCharacters} characters, not {password.Length}.");
        }
        return admin;

        // An empty one is not given; an empty password or key is a fault, as somebody meant one.
        string? Given(string name) => configuration[$"Admin:{name}"] is { Length: > 0 } text ? text : null;
    }
}

internal static partial class FirstAdministratorLog
{
    [LoggerMessage(LogLevel.Warning, "Admin:Username is {Username}, which is an account that is no administrator; it is left as it is. The verb 'admin' makes it one")]
    public static partial void NotAdministrator(this ILogger log, string username);

    [LoggerMessage(LogLevel.Warning, "Admin:Username is {Username}, for whom nothing was done, as they could not sign in: {Why}. {Mend}")]
    public static partial void NoWayIn(this ILogger log, string username, string why, string mend);
}
