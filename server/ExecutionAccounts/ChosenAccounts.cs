using OctoLogin.Accounts;

namespace OctoLogin.ExecutionAccounts;

/// <summary>The accounts of one action on one target, all of which may be used there. Pure.</summary>
public sealed record ChosenAccounts
{
    public required AccountPlace Place { get; init; }

    /// <summary>By the variable's name.</summary>
    public required IReadOnlyDictionary<string, Account> Variables { get; init; }

    /// <summary>Whom the SDKs of each cloud log in as.</summary>
    public required IReadOnlyDictionary<Cloud, Account> Clouds { get; init; }

    /// <summary>Whose token <c>Octopus.OpenIdConnect.Jwt</c> is; null: nobody's.</summary>
    public Account? Main { get; init; }

    public IEnumerable<Account> All => Variables.Values.Concat(Clouds.Values).Concat(Main is null ? [] : [Main]).DistinctBy(account => account.Id);

    public static ChosenAccounts Of(AccountSource source, IReadOnlyList<WantedAccount> wanted, IReadOnlyDictionary<WantedAccount, Account> found, AccountPlace place)
    {
        var variables = wanted.Where(one => one.Variable is not null).ToDictionary(one => one.Variable!, one => found[one], StringComparer.OrdinalIgnoreCase);
        var target = wanted.Where(one => one.IsTargets).Select(one => found[one]).FirstOrDefault();
        var clouds = new Dictionary<Cloud, Account>();
        foreach (var cloud in CloudAction.All.Select(action => action.Cloud))
        {
            var named = wanted.Where(one => one.Property == cloud).Select(one => found[one]).FirstOrDefault();
            if ((named ?? Only(cloud, target is null ? [] : [target]) ?? Only(cloud, variables.Values)) is { } account)
            {
                clouds[cloud] = account;
            }
        }
        return new ChosenAccounts { Place = place, Variables = variables, Clouds = clouds, Main = MainOf(source, wanted, found, target, variables.Values) };
    }

    // Of two it would be a guess.
    private static Account? Only(Cloud cloud, IEnumerable<Account> accounts) => Single(accounts.Where(account => CloudAction.Of(account.AccountType) == cloud));

    private static Account? Single(IEnumerable<Account> accounts) => accounts.DistinctBy(account => account.Id).ToList() is [var only] ? only : null;

    private static Account? MainOf(
        AccountSource source, IReadOnlyList<WantedAccount> wanted, IReadOnlyDictionary<WantedAccount, Account> found, Account? target, IEnumerable<Account> variables)
    {
        var bound = CloudAction.Of(source.ActionType)?.Cloud;
        var named = wanted.Where(one => one.Property is not null && (bound is null || one.Property == bound)).Select(one => found[one]).ToList();
        return named.Count > 0 ? Single(named) : target ?? Single(variables.Where(account => account.Details is OidcDetails));
    }
}
