using OctoLogin.Http;
using OctoLogin.Variables;

namespace OctoLogin.ExecutionAccounts;

/// <summary>An account that an action uses, and what names it.</summary>
/// <param name="AccountId">Empty: what names it has no value.</param>
/// <param name="NamedBy">For a person: <c>variable 'Aws'</c>.</param>
public sealed record WantedAccount(string AccountId, string NamedBy)
{
    /// <summary>The variable whose value it is; null: none.</summary>
    public string? Variable { get; init; }

    /// <summary>Of that variable.</summary>
    public string? VariableType { get; init; }

    /// <summary>The cloud that a property names it for; null: none does.</summary>
    public Cloud? Property { get; init; }

    /// <summary>It is the account of the target that the action runs on.</summary>
    public bool IsTargets { get; init; }
}

/// <summary>
/// What an action has that may name accounts. Who saves a variable or a target must see the account that it names, and nothing else can name
/// one: not a process, not who deploys, not an earlier step.
/// </summary>
/// <param name="Value">A variable's or property's value.</param>
/// <param name="AccountVariables">Those in scope, by name, as they were saved.</param>
/// <param name="Target">The name of the target and its account; null: on the server, or without an account.</param>
public sealed record AccountSource(
    string Step, string ActionType, Func<string, string?> Value, IReadOnlyDictionary<string, AccountValue> AccountVariables, (string Name, string AccountId)? Target)
{
    /// <summary>Every account, those that only a script may look at too; and what cannot be done, each a sentence. Pure.</summary>
    public (IReadOnlyList<WantedAccount> Wanted, IReadOnlyList<string> Faults) Read()
    {
        var wanted = new List<WantedAccount>();
        foreach (var (name, account) in AccountVariables.Where(variable => !string.IsNullOrEmpty(variable.Value.AccountId)))
        {
            wanted.Add(new(account.AccountId!, $"variable '{Printable.Of(name)}'") { Variable = name, VariableType = account.Type });
        }
        foreach (var cloud in CloudAction.All)
        {
            if (Text(cloud.Property) is { } named && IdOf(named) is { } id)
            {
                wanted.Add(new(id, $"{cloud.Property} of step '{Printable.Of(Step)}'") { Property = cloud.Cloud });
            }
        }
        if (Target is { } target)
        {
            wanted.Add(new(target.AccountId, $"deployment target '{Printable.Of(target.Name)}'") { IsTargets = true });
        }
        return (wanted, [.. CloudAction.All.SelectMany(NotHere), .. CloudAction.All.SelectMany(Unknown), .. AccountVariables.SelectMany(Replaced)]);
    }

    /// <summary>The name of a variable, as for AWS and Google, or what stands in one, as for Azure.</summary>
    private string? IdOf(string named) =>
        AccountVariables.FirstOrDefault(variable => variable.Key.Equals(named, StringComparison.OrdinalIgnoreCase)) is { Key: not null } variable ? variable.Value.AccountId ?? ""
        : AccountVariables.Values.Any(account => account.AccountId == named) || Target?.AccountId == named ? named
        : null;

    private IEnumerable<string> NotHere(CloudAction cloud) => cloud.NotHere
        .Where(property => Substitution.IsTruthy(Text(property.Key) ?? ""))
        .Select(property => $"Step '{Printable.Of(Step)}' has {property.Key}, which this server does not do: set it to False, and {property.Value}.");

    private IEnumerable<string> Unknown(CloudAction cloud) => Text(cloud.Property) is { } named && IdOf(named) is null
        ? [$"{cloud.Property} of step '{Printable.Of(Step)}' is '{Printable.Of(named)}', which is no account variable in scope: make one that has the account as its value, and name that."]
        : [];

    private IEnumerable<string> Replaced(KeyValuePair<string, AccountValue> variable) => Text(variable.Key) is { } value && value != variable.Value.AccountId
        ? [$"Variable '{Printable.Of(variable.Key)}' is an account, and something gives it the value '{Printable.Of(value)}': a prompt, a property or an output of the same name. Which account it is is set in the project's variables alone."]
        : [];

    private string? Text(string name) => Value(name)?.Trim() is { Length: > 0 } text ? text : null;
}
