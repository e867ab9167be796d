using System.Globalization;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Users;

/// <summary>Makes, changes and deletes users and service accounts, each with its audit event in the same commit.</summary>
public sealed class UserAccounts(NpgsqlDataSource database, UserStore users, SessionStore sessions, AuditLog audit)
{
    public const int FewestPasswordCharacters = 12;

    public Task<User> CreateAsync(UserInput input, AuditActor actor, CancellationToken cancel) =>
        database.InTransactionAsync(connection => CreateAsync(connection, input, actor, cancel), cancel);

    public async Task<User> CreateAsync(NpgsqlConnection connection, UserInput input, AuditActor actor, CancellationToken cancel)
    {
        var user = Check(input, new User
        {
            Id = "",
            Username = "",
            DisplayName = "",
            IsActive = true,
            IsService = input.IsService ?? false,
            ExternalId = input.IsService == true ? Guid.NewGuid() : null,
        });
        var created = await users.InsertAsync(connection, user, cancel);
        await audit.AppendAsync(connection, AuditEvent.Created(actor, Kind(created), created.Id, created.Username), cancel);
        return created;
    }

    /// <summary>Another password, or a disabled account, ends the sessions of the user.</summary>
    /// <param name="keepSession">The session that the caller came with, which goes on when it is their own password.</param>
    public Task<User> UpdateAsync(User present, UserInput input, AuditActor actor, CancellationToken cancel, string? keepSession = null, string? presentHash = null)
    {
        if (input.IsService is { } isService && isService != present.IsService)
        {
            throw ApiException.BadRequest($"IsService cannot be changed: '{present.Username}' is {(present.IsService ? "a service account" : "a person")}. Make a new account instead.");
        }
        return database.InTransactionAsync(async connection =>
        {
            var changed = await Administrators.KeepOneAsync(connection, async () =>
            {
                // As it is now: what is absent keeps what is there, and that may have changed since the caller's right to do this was checked.
                var locked = await users.LockAsync(connection, present.Id, cancel);
                if (presentHash is not null && locked is not null && locked.PasswordHash != presentHash)
                {
                    throw ApiException.Conflict("The password was changed by somebody else meanwhile; nothing was changed now.");
                }
                return locked is null ? null : await users.UpdateAsync(connection, Check(input, locked), cancel);
            }, cancel) ?? throw ApiException.NotFound("user", present.Id);
            var happened = AuditEvent.Modified(actor, Kind(changed), changed.Id, changed.Username);
            if (!changed.IsActive || !string.IsNullOrEmpty(input.Password))
            {
                await sessions.DeleteOfUserAsync(connection, changed.Id, changed.IsActive ? keepSession : null, cancel);
            }
            if (changed.IsActive != present.IsActive)
            {
                happened = happened with { Message = $"{Kind(changed)} {changed.Username} was {(changed.IsActive ? "enabled" : "disabled")}" };
            }
            await audit.AppendAsync(connection, happened, cancel);
            return changed;
        }, cancel);
    }

    public Task DeleteAsync(User user, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        if (!await Administrators.KeepOneAsync(connection, () => users.DeleteAsync(connection, user.Id, cancel), cancel))
        {
            throw ApiException.NotFound("user", user.Id);
        }
        await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind(user), user.Id, user.Username), cancel);
    }, cancel);

    private static User Check(UserInput input, User present)
    {
        var validation = new Validation();
        var username = validation.Required("Username", input.Username ?? present.Username, 100);
        // Two names that look the same would be one person to whoever reads the audit.
        validation.Check(!username.Any(c => char.GetUnicodeCategory(c) == UnicodeCategory.Format), $"Username may not hold invisible characters: '{Printable.Of(username)}'.");
        var checkedUser = present with
        {
            Username = username,
            DisplayName = validation.Optional("DisplayName", input.DisplayName ?? present.DisplayName) ?? username,
            EmailAddress = validation.Optional("EmailAddress", input.EmailAddress ?? present.EmailAddress),
            IsActive = input.IsActive ?? present.IsActive,
        };
        if (!string.IsNullOrEmpty(input.Password))
        {
            validation.Check(!present.IsService, "Password must not be given: a service account has none; it signs in by its OIDC identities or an API key.");
            validation.Check(input.Password.Length >= FewestPasswordCharacters, $"Password must have at least {FewestPasswordCharacters} characters, not {input.Password.Length}.");
            checkedUser = checkedUser with { PasswordHash = Passwords.Hash(checkedUser, input.Password) };
        }
        validation.ThrowIfAny();
        return checkedUser;
    }

    private static string Kind(User user) => user.IsService ? "Service account" : "User";
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record UserInput(string? Username, string? DisplayName, string? EmailAddress, bool? IsActive, bool? IsService, string? Password);
