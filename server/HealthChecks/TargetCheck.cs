using OctoLogin.Accounts;
using OctoLogin.AccountTests;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.HealthChecks;

/// <summary>Something of the target or its account that somebody must mend; the message is a sentence that says what.</summary>
public sealed class TargetFault(string message) : Exception(message);

/// <summary>Logs in to one target as its account, with the subject of health checks, and reads what does no harm.</summary>
public sealed class TargetCheck(AccountStore accounts, MachineAccount machineAccount, IdTokenIssuer issuer, KubernetesCheck kubernetes, AzureWebAppCheck webApps)
{
    public static readonly string[] Styles = [KubernetesCheck.Style, AzureWebAppCheck.Style];

    public static string? StyleOf(Machine machine) => MachineEndpoint.Part(machine.Endpoint, "CommunicationStyle");

    /// <summary>Whether there is anything to ask of such a target.</summary>
    public static bool Knows(Machine machine) => Styles.Contains(StyleOf(machine));

    /// <param name="machine">Of a kind that this knows.</param>
    public async Task<MachineHealth> CheckAsync(Machine machine, Space space, SecretMask mask, ActivityLog log, CancellationToken cancel)
    {
        try
        {
            var account = await AccountAsync(machine, cancel);
            var token = issuer.Issue(account, SubjectUse.HealthCheck, new SubjectParts { Space = space.Slug, Target = machine.Slug, Account = account.Slug });
            TokenLog.Tell(token, mask, log);
            var login = new TargetLogin(machine, account, token, mask, log);
            return new(MachineHealth.Healthy, StyleOf(machine) == KubernetesCheck.Style ? await kubernetes.CheckAsync(login, cancel) : await webApps.CheckAsync(login, cancel));
        }
        catch (CloudRefusal refusal)
        {
            TokenLog.Tell(refusal, log);
            return new(MachineHealth.Unhealthy, refusal.Message);
        }
        catch (Exception fault) when (fault is TargetFault or IdTokenException)
        {
            return new(MachineHealth.Unhealthy, fault.Message);
        }
        catch (CloudOutage outage)
        {
            return new(MachineHealth.Unavailable, outage.Message);
        }
    }

    private async Task<Account> AccountAsync(Machine machine, CancellationToken cancel)
    {
        if (machine.AccountId is not { } id)
        {
            throw new TargetFault("Its endpoint names no account (AccountId) to log in as.");
        }
        var account = await accounts.FindAsync(machine.SpaceId, id, cancel) is { } found && found.Id == id ? found
            : throw new TargetFault($"Its endpoint names the account '{Printable.Of(id)}', which is not there.");
        // Before any token exists: the account may have been limited since the target was saved.
        return await machineAccount.FaultsAsync(account, machine, cancel) is [var fault, ..] ? throw new TargetFault(fault) : account;
    }
}

/// <summary>What a check of a target has at hand.</summary>
public sealed record TargetLogin(Machine Machine, Account Account, IdToken Token, SecretMask Mask, ActivityLog Log)
{
    /// <summary>Keeps what a cloud gave out of the log.</summary>
    public CloudToken Hide(CloudToken access)
    {
        Mask.Add(access.Value);
        return access;
    }

    /// <summary>A text of the endpoint that a check cannot do without.</summary>
    public string Required(string name) => Of(Machine.Endpoint, name) ?? throw new TargetFault($"Its endpoint has no {name}.");

    /// <summary>The same of how its endpoint says to log in.</summary>
    public string Authentication(string name) => (MachineEndpoint.Property(Machine.Endpoint, "Authentication") is { } authentication ? Of(authentication, name) : null)
        ?? throw new TargetFault($"Its endpoint has no Authentication.{name}.");

    // Dots alone would lead elsewhere in a path.
    private static string? Of(System.Text.Json.JsonElement endpoint, string name) => MachineEndpoint.Part(endpoint, name) is { } text && text.Trim('.', ' ').Length > 0 ? text : null;
}
