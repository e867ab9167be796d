using OctoLogin.Http;
using OctoLogin.Variables;

namespace OctoLogin.ExecutionAccounts;

/// <summary>An account that an action uses, and what names it.</summary>
/// <param name="IdOrSlug">As it is named.</param>
/// <param name="NamedBy">For a person: <c>variable 'Aws'</c>.</param>
public sealed record WantedAccount(string IdOrSlug, string NamedBy)
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

/// <summary>What an action has that may name accounts.</summary>
/// <param name="Value">A variable's or property's value.</param>
/// <param name="AccountVariables">The types of the variables in scope whose value is an account, by name.</param>
/// <param name="Target">The name of the target and its account; null: on the server, or without an account.</param>
public sealed record AccountSource(
    string Step, string ActionType, Func<string, string?> Value, IReadOnlyDictionary<string, string> AccountVariables, (string Name, string AccountId)? Target)
{
    /// <summary>Every account, those that only a script may look at too; and what cannot be done, each a sentence. Pure.</summary>
    public (IReadOnlyList<WantedAccount> Wanted, IReadOnlyList<string> Faults) Read()
    {
        var faults = CloudAction.All.SelectMany(NotHere).ToList();
        var wanted = new List<WantedAccount>();
        foreach (var (name, type) in AccountVariables)
        {
            if (Text(name) is { } value)
            {
                wanted.Add(new(value, $"variable '{Printable.Of(name)}'") { Variable = name, VariableType = type });
            }
        }
        foreach (var cloud in CloudAction.All)
        {
            if (Text(cloud.Property) is { } named)
            {
                // The name of a variable, as for AWS and Google, or what stands in one, as for Azure.
                var variable = AccountVariables.Keys.FirstOrDefault(name => name.Equals(named, StringComparison.OrdinalIgnoreCase));
                wanted.Add(new(variable is null ? named : Text(variable) ?? "", $"{cloud.Property} of step '{Printable.Of(Step)}'") { Property = cloud.Cloud });
            }
        }
        if (Target is { } target)
        {
            wanted.Add(new(target.AccountId, $"deployment target '{Printable.Of(target.Name)}'") { IsTargets = true });
        }
        return (wanted, faults);
    }

    private IEnumerable<string> NotHere(CloudAction cloud) => cloud.NotHere
        .Where(property => Substitution.IsTruthy(Text(property.Key) ?? ""))
        .Select(property => $"Step '{Printable.Of(Step)}' has {property.Key}, which this server does not do: set it to False, and {property.Value}.");

    private string? Text(string name) => Value(name)?.Trim() is { Length: > 0 } text ? text : null;
}
