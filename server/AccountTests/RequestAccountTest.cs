using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTests;

/// <summary>
/// Who may change an account may have it tested: a test sends to the hosts that the account names, and its log tells all that is in the
/// tokens.
/// </summary>
public sealed class RequestAccountTest(AccountStore accounts)
{
    public const string AccountId = "AccountId";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task<NewServerTask> CheckAsync(TaskCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.AccountView, space.Id);
        var id = command.Argument(AccountId)?.Trim();
        if (string.IsNullOrEmpty(id))
        {
            throw ApiException.BadRequest($"Arguments must have {AccountId}, the account to test, as a text.");
        }
        var account = await AccountEndpoints.SeenAsync(id, space, caller, accounts, cancel);
        AccountEndpoints.DemandEverywhere(caller, Permission.AccountEdit, account);
        if (account.Details is not OidcDetails)
        {
            throw ApiException.BadRequest($"Account '{account.Name}' is of the type {account.AccountType}, which holds a secret; only accounts that log in with an ID token are tested.");
        }
        return new NewServerTask
        {
            SpaceId = space.Id, Name = AccountTestRunner.Name, Description = $"Test account {account.Name}", ArgumentsJson = AuditDetails.Of(new { AccountId = account.Id }),
            // Who has the account's only environment or tenant to look after sees the task, too.
            EnvironmentId = account.EnvironmentIds.Length == 1 ? account.EnvironmentIds[0] : null,
            TenantId = account.TenantIds.Length == 1 && account.TenantTags.Length == 0 ? account.TenantIds[0] : null,
            ConcurrencyKey = $"{AccountTestRunner.Name}/{account.Id}", TimeLimit = Longest,
        };
    }
}
