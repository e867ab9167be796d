using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Variables;

/// <summary>
/// Variables whose value is the Id of an account. Who names an account must see it: naming it is all that scripts of the project need to log
/// in as it. What was named before may stay.
/// </summary>
public sealed class AccountVariables
{
    private static readonly Dictionary<string, AccountType[]> Fitting = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AmazonWebServicesAccount"] = [AccountType.AmazonWebServicesOidcAccount, AccountType.AmazonWebServicesAccount],
        ["AzureAccount"] = [AccountType.AzureOidc, AccountType.AzureServicePrincipal],
        ["GoogleCloudAccount"] = [AccountType.GoogleCloudOidcAccount],
        ["GenericOidcAccount"] = [AccountType.GenericOidcAccount],
        ["UsernamePasswordAccount"] = [AccountType.UsernamePassword],
    };

    private readonly Dictionary<string, Account> all;
    private readonly Caller caller;

    private AccountVariables(IEnumerable<Account> accounts, Caller caller) => (all, this.caller) = (accounts.ToDictionary(account => account.Id), caller);

    /// <summary>Whether a variable of the type names an account.</summary>
    public static bool IsAccount(string type) => Fitting.ContainsKey(type);

    /// <summary>Whether an account of this type may be the value of a variable of that one.</summary>
    public static bool Fits(string variableType, AccountType type) => Fitting.TryGetValue(variableType, out var types) && types.Contains(type);

    public static async Task<AccountVariables> ReadAsync(
        IReadOnlyList<VariableInput?> sent, SpaceContext space, Caller caller, AccountStore accounts, CancellationToken cancel)
    {
        string[] ids = [.. sent.OfType<VariableInput>().Where(variable => IsAccount(variable.Type?.Trim() ?? "") && variable.Value is { ValueKind: JsonValueKind.String })
            .Select(variable => variable.Value!.Value.GetString()!).Distinct()];
        return new(ids.Length == 0 ? [] : (await accounts.ListAsync(space.Id, new AccountQuery(), Page.All with { Ids = ids }, cancel)).Items, caller);
    }

    /// <param name="there">The variable as it is; null: it is new.</param>
    public void Check(string type, string? value, Variable? there, string at, Validation validation)
    {
        // Of another type it named no account, whatever its text is.
        var stays = there is not null && IsAccount(there.Type) && there.Value == value;
        if (!IsAccount(type) || string.IsNullOrEmpty(value) || (stays && there!.Type == type))
        {
            return;
        }
        var account = all.GetValueOrDefault(value);
        if (account is null || !(stays || AccountEndpoints.Sees(caller, account)))
        {
            validation.Check(false, $"{at} is '{Printable.Of(value)}', which is not the Id of an account of this space.");
        }
        else
        {
            validation.Check(Fits(type, account.AccountType),
                $"{at} names account '{account.Name}' of the type {account.AccountType}; a variable of the type {type} takes {string.Join(" or ", Fitting[type])}.");
        }
    }

    /// <summary>The Ids of the accounts that the variables name.</summary>
    public string[] UsedBy(VariableSet set) =>
        [.. set.Variables.Where(variable => !variable.IsSensitive && IsAccount(variable.Type) && variable.Value is not null && all.ContainsKey(variable.Value)).Select(variable => variable.Value!).Distinct()];
}
