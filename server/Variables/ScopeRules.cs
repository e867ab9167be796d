using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>
/// Checks what a scope names. What the variable named before may stay, also when it was deleted since: taken out in silence, the value
/// would hold in more places than was meant.
/// </summary>
public sealed class ScopeRules(ScopeValues known, string projectId, Validation validation)
{
    private readonly HashSet<string> environments = IdsOf(known.Environments);
    private readonly HashSet<string> channels = IdsOf(known.Channels);

    /// <summary>The one place where each kind of scope meets what there is of it.</summary>
    /// <param name="before">The variable's present scope.</param>
    public VariableScope Apply(VariableScope sent, VariableScope before, string at)
    {
        Known($"{at}.Environment", "an environment", sent.Environment, before.Environment, environments);
        Known($"{at}.Channel", "a channel", sent.Channel, before.Channel, channels);
        // Targets, tenants and tag sets are slices of their own; until they are known here, only the form is checked.
        Form($"{at}.Machine", sent.Machine, id => id.StartsWith("Machines-", StringComparison.Ordinal), "an Id such as Machines-1");
        Form($"{at}.Tenant", sent.Tenant, id => id.StartsWith("Tenants-", StringComparison.Ordinal), "an Id such as Tenants-1");
        Form($"{at}.TenantTag", sent.TenantTag, tag => tag.Split('/') is [{ Length: > 0 }, { Length: > 0 }], "a tag such as Region/Europe");
        // A step may come after its variables, and a runbook is a process of its own.
        Form($"{at}.Action", sent.Action, id => id.Length > 0, "the Id of an action");
        Form($"{at}.Role", sent.Role, role => role.Length > 0, "a role");
        Form($"{at}.ProcessOwner", sent.ProcessOwner, id => id == projectId || id.StartsWith("Runbooks-", StringComparison.Ordinal), $"{projectId} or the Id of a runbook");
        return sent;
    }

    private void Known(string at, string kind, string[] sent, string[] there, HashSet<string> all)
    {
        foreach (var unknown in sent.Where(id => id is null || (!all.Contains(id) && !there.Contains(id))))
        {
            validation.Check(false, $"{at} names '{Printable.Of(unknown)}', which is not the Id of {kind} here.");
        }
    }

    private void Form(string at, string[] sent, Func<string, bool> good, string wanted)
    {
        foreach (var bad in sent.Where(name => name is null || name.Length > 200 || name.Any(char.IsControl) || !good(name)))
        {
            validation.Check(false, $"{at} has '{Printable.Of(bad)}', which is not {wanted}.");
        }
    }

    private static HashSet<string> IdsOf(IReadOnlyList<ScopeValue> values) => [.. values.Select(value => value.Id)];
}
