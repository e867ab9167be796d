using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Tenants;

namespace OctoLogin.Machines;

/// <summary>Checks the account that a target's endpoint names: it is there for who names it, and may be used wherever the target is.</summary>
public sealed class MachineAccount(AccountStore accounts, TenantStore tenants)
{
    /// <summary>The target with the account that it uses. A name from before there were accounts may stay as it is.</summary>
    public async Task<Machine> CheckAsync(Machine machine, Machine present, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        if (machine.AccountId is not { } id)
        {
            return machine with { UsedAccountId = null };
        }
        var account = await accounts.FindAsync(space.Id, id, cancel) is { } found && found.Id == id
            && (id == present.AccountId || AccountEndpoints.Sees(caller, found)) ? found : null;
        if (account is null)
        {
            validation.Check(id == present.AccountId, $"Endpoint names the account '{Printable.Of(id)}', which is not the Id of an account of this space.");
            return machine with { UsedAccountId = null };
        }
        await CheckUsableAsync(account, machine, validation, cancel);
        return machine with { UsedAccountId = account.Id };
    }

    private async Task CheckUsableAsync(Account account, Machine machine, Validation validation, CancellationToken cancel)
    {
        foreach (var environment in machine.EnvironmentIds.Where(environment => account.EnvironmentIds.Length > 0 && !account.EnvironmentIds.Contains(environment)))
        {
            validation.Check(false, $"Account '{account.Name}' may not be used in {environment}, which the target is in.");
        }
        var served = machine.TenantIds.Length == 0 ? [] : (await tenants.ListAsync(machine.SpaceId, new TenantQuery(), Page.All with { Ids = machine.TenantIds }, VisibleRows.Everything, cancel)).Items;
        foreach (var tenant in served.Where(tenant => machine.Serves(tenant.Id, tenant.TenantTags) && !account.Serves(tenant.Id, tenant.TenantTags)))
        {
            validation.Check(false, $"Account '{account.Name}' may not be used for tenant '{tenant.Name}', which the target is for.");
        }
        validation.Check(account.Serves(null, []) || !machine.Serves(null, []), $"Account '{account.Name}' may be used for tenants alone, and the target is also for deployments without one.");
    }
}
