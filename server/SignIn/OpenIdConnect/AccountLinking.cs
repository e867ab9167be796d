using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// Gives a proven person their account, its groups and a session, in one commit. Sign-ins of one person wait for each other; where two
/// people want the same account or name at the same moment, unique keys tell them apart: the later one is undone and decided once more.
/// </summary>
public sealed class AccountLinking(NpgsqlDataSource database, ExternalIdentityStore identities, UserAccounts users, Sessions sessions, AuditLog audit, TimeProvider clock)
{
    private const int MostTries = 5;
    private const int MostSuffix = 1000;

    /// <exception cref="SignInException">The rules give no account.</exception>
    public async Task SignInAsync(HttpContext context, ProviderSettings settings, ReceivedClaims claims, string? sid, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await database.InTransactionAsync(connection => SignInOnceAsync(context, connection, settings, claims, sid, cancel), cancel);
                return;
            }
            catch (PostgresException race) when (ExternalIdentityStore.IsRace(race) && tries < MostTries)
            {
            }
            catch (ApiException race) when (race.Status == StatusCodes.Status409Conflict && tries < MostTries)
            {
            }
            catch (ApiException fault) when (fault.Status == StatusCodes.Status400BadRequest)
            {
                throw SignInException.Refused("No account could be made for you; ask an administrator.", $"The provider's claims cannot be an account: {fault.Message}", claims);
            }
        }
    }

    /// <summary>What a sign-in would do; nothing is changed.</summary>
    public async Task<SignInTest> TryAsync(ProviderSettings settings, ReceivedClaims claims, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var match = await DecideAsync(connection, settings, claims, cancel);
        var username = match.Kind == MatchKind.Created ? await FreeNameAsync(connection, AccountMatch.UsernameFor(claims), cancel) : match.User?.Username;
        await transaction.RollbackAsync(cancel);
        return new(settings, claims, match, username, await identities.TeamsOfAsync(claims.Groups, cancel));
    }

    private async Task SignInOnceAsync(HttpContext context, NpgsqlConnection connection, ProviderSettings settings, ReceivedClaims claims, string? sid, CancellationToken cancel)
    {
        await identities.OneAtATimeAsync(connection, settings.Issuer!, claims.Subject, cancel);
        var match = await DecideAsync(connection, settings, claims, cancel);
        if (match.Kind == MatchKind.Refused)
        {
            throw SignInException.Refused(match.Message, match.Advice, claims, match.User?.Id);
        }
        var actor = Sessions.ActorOf(context, match.User, settings.DisplayName);
        var user = match.User ?? await users.CreateAsync(connection, new UserInput(
            await FreeNameAsync(connection, AccountMatch.UsernameFor(claims), cancel), claims.Name,
            // An address that the provider has not verified is nobody's: it must not match a later person to this account.
            claims.IsEmailUnverified && !settings.TrustUnverifiedEmail ? null : claims.Email, IsActive: true, IsService: false, Password: null), actor, cancel);
        var before = await identities.SaveAsync(connection, user.Id, settings.Issuer!, claims, clock.GetUtcNow(), cancel);
        if (before is null)
        {
            await audit.AppendAsync(connection, new AuditEvent
            {
                Category = AuditCategories.Modified,
                Message = $"User {user.Username} was linked to '{Printable.Of(claims.Subject)}' of {settings.DisplayName}: {match.Message}",
                Actor = actor,
                RelatedDocumentIds = [user.Id],
                Details = AuditDetails.Of(new { settings.Issuer, claims.Subject, By = match.Kind }),
            }, cancel);
        }
        var details = AuditDetails.Of(new { settings.Issuer, claims.Subject, GroupsAdded = claims.Groups.Except(before ?? []).Take(100), GroupsRemoved = (before ?? []).Except(claims.Groups).Take(100) });
        await sessions.StartAsync(context, connection, user, new SessionOrigin(settings.DisplayName, new ExternalSession(settings.Issuer!, claims.Subject, sid), details), cancel);
    }

    private async Task<AccountMatch> DecideAsync(NpgsqlConnection connection, ProviderSettings settings, ReceivedClaims claims, CancellationToken cancel)
    {
        var linked = await identities.FindUserAsync(connection, settings.Issuer!, claims.Subject, cancel);
        var holders = linked is null ? await identities.HoldersAsync(connection, settings.Issuer!, claims.Email, cancel) : [];
        return AccountMatch.Decide(claims, settings, linked, holders);
    }

    /// <summary>Nobody is found by name: a taken one gets a number.</summary>
    private async Task<string> FreeNameAsync(NpgsqlConnection connection, string wanted, CancellationToken cancel)
    {
        var name = wanted.Length <= 90 ? wanted : wanted[..90];
        for (var suffix = 2; await identities.IsNameTakenAsync(connection, name, cancel) && suffix < MostSuffix; suffix++)
        {
            name = $"{(wanted.Length <= 90 ? wanted : wanted[..90])}-{suffix}";
        }
        return name;
    }
}

/// <summary>What a test sign-in shows.</summary>
/// <param name="Username">Of the account that it would be, or that would be made; null: none.</param>
/// <param name="Teams">Those that the groups would give, whichever the account is a member of by itself.</param>
public sealed record SignInTest(ProviderSettings Settings, ReceivedClaims Claims, AccountMatch Match, string? Username, IReadOnlyList<GroupTeam> Teams);
