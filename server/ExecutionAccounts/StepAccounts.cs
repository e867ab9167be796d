using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.ExecutionAccounts;

/// <summary>Finds the accounts of an action, and refuses those that may not be used there before any token exists.</summary>
public sealed class StepAccounts(AccountStore accounts, AccountSecrets secrets, IdTokenIssuer issuer, CloudOptions clouds, TimeProvider time)
{
    /// <exception cref="TaskFailedException">What is wrong with them, all of it.</exception>
    public async Task<ChosenAccounts> FindAsync(AccountSource source, AccountPlace place, CancellationToken cancel)
    {
        var (wanted, faults) = source.Read();
        var found = await FindAsync(wanted, faults, place, cancel);
        var chosen = ChosenAccounts.Of(source, wanted, found, place);
        return CloudAction.Of(source.ActionType) is { } bound && !chosen.Clouds.ContainsKey(bound.Cloud)
            ? throw new TaskFailedException($"Step '{Printable.Of(source.Step)}' is of the type {bound.ActionType} and has no {bound.Name} account: name an account variable in {bound.Property}.")
            : chosen;
    }

    /// <summary>By what names them.</summary>
    /// <exception cref="TaskFailedException">What is wrong with them, all of it.</exception>
    public async Task<IReadOnlyDictionary<WantedAccount, Account>> FindAsync(
        IReadOnlyCollection<WantedAccount> wanted, IEnumerable<string> faults, AccountPlace place, CancellationToken cancel)
    {
        var all = faults.ToList();
        var read = new Dictionary<string, Account?>();
        var found = new Dictionary<WantedAccount, Account>();
        foreach (var one in wanted.Distinct())
        {
            if (!read.TryGetValue(one.IdOrSlug, out var account))
            {
                read[one.IdOrSlug] = account = await Outage.WaitAsync(() => accounts.FindAsync(place.SpaceId, one.IdOrSlug, cancel), cancel);
            }
            if ((AccountRules.Fault(one, account, place) ?? IssuerFault(account!)) is { } fault)
            {
                all.Add(fault);
            }
            else
            {
                found[one] = account!;
            }
        }
        return all.Count == 0 ? found : throw new TaskFailedException(string.Join(' ', all.Distinct()));
    }

    private string? IssuerFault(Account account) =>
        account.Details is OidcDetails oidc && issuer.Fault(oidc) is { } fault ? $"No ID token can be made for account '{Printable.Of(account.Name)}' ({account.Id}): {fault}" : null;

    /// <summary>Makes the tokens. Each is in the mask before anybody has it.</summary>
    /// <param name="value">A variable of the action.</param>
    /// <exception cref="TaskFailedException">A token cannot be made.</exception>
    public StepLogin LogIn(ChosenAccounts chosen, Func<string, string?> value, SecretMask mask) =>
        new(chosen, new StepTokens(this, issuer, secrets, clouds, time, mask), value);

    /// <summary>An account that is in use, as it is now; or why it may not be used any more.</summary>
    public async Task<(Account? Account, string? Fault)> FindAgainAsync(Account account, AccountPlace place, CancellationToken cancel)
    {
        var now = await Outage.WaitAsync(() => accounts.FindAsync(place.SpaceId, account.Id, cancel), cancel);
        var fault = AccountRules.Fault(new(account.Id, "the running step"), now, place);
        return (fault is null ? now : null, fault);
    }
}
