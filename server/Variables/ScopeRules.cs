using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>
/// Checks what a scope names. What the variable named before may stay, also when it was deleted since: taken out in silence, the value
/// would hold in more places than was meant. Pure.
/// </summary>
/// <param name="tenants">Those of the named tenants that there are.</param>
/// <param name="owners">The project and its runbooks.</param>
public sealed class ScopeRules(ScopeValues known, IEnumerable<string> tenants, IEnumerable<string> owners, Validation validation)
{
    private readonly HashSet<string> environments = IdsOf(known.Environments);
    private readonly HashSet<string> machines = IdsOf(known.Machines);
    private readonly HashSet<string> channels = IdsOf(known.Channels);
    private readonly HashSet<string> actions = IdsOf(known.Actions);
    private readonly HashSet<string> tags = new(known.TenantTags.Select(tag => tag.Id), StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> tenants = [.. tenants];
    private readonly HashSet<string> owners = [.. owners];

    /// <summary>The one place where each kind of scope meets what there is of it.</summary>
    /// <param name="before">The variable's present scope.</param>
    public VariableScope Apply(VariableScope sent, VariableScope before, string at)
    {
        Known($"{at}.Environment", "the Id of an environment", sent.Environment, before.Environment, environments);
        Known($"{at}.Machine", "the Id of a deployment target", sent.Machine, before.Machine, machines);
        Known($"{at}.Tenant", "the Id of a tenant", sent.Tenant, before.Tenant, tenants);
        Known($"{at}.TenantTag", "a tag, such as Region/Europe,", sent.TenantTag, before.TenantTag, tags);
        Known($"{at}.Channel", "the Id of a channel", sent.Channel, before.Channel, channels);
        Known($"{at}.Action", "the Id of an action", sent.Action, before.Action, actions);
        Known($"{at}.ProcessOwner", "the Id of the project or of a runbook", sent.ProcessOwner, before.ProcessOwner, owners);
        // A target may get a role after a variable has it.
        foreach (var bad in sent.Role.Where(role => string.IsNullOrEmpty(role) || role.Length > 200 || role.Any(char.IsControl)))
        {
            validation.Check(false, $"{at}.Role has '{Printable.Of(bad)}', which is not a role.");
        }
        return sent;
    }

    private void Known(string at, string kind, string[] sent, string[] before, HashSet<string> all)
    {
        foreach (var unknown in sent.Where(name => name is null || !(all.Contains(name) || before.Contains(name, all.Comparer))))
        {
            validation.Check(false, $"{at} names '{Printable.Of(unknown)}', which is not {kind} here.");
        }
    }

    private static HashSet<string> IdsOf(IReadOnlyList<ScopeValue> values) => [.. values.Select(value => value.Id)];
}
