namespace OctoLogin.Variables;

/// <summary>Where a variable's value holds, by Ids (roles and tags by name). A list that is empty limits nothing; of one that is not, any must match.</summary>
public sealed record VariableScope
{
    public static VariableScope Anywhere { get; } = new();

    public string[] Environment { get; init => field = value ?? []; } = [];
    public string[] Machine { get; init => field = value ?? []; } = [];
    public string[] Role { get; init => field = value ?? []; } = [];

    /// <summary>Actions of the deployment process or of a runbook's.</summary>
    public string[] Action { get; init => field = value ?? []; } = [];
    public string[] Channel { get; init => field = value ?? []; } = [];

    /// <summary><c>Set/Tag</c>. Tags of one set are alternatives, each set named must match.</summary>
    public string[] TenantTag { get; init => field = value ?? []; } = [];
    public string[] Tenant { get; init => field = value ?? []; } = [];

    /// <summary>The project for its deployments, a runbook for its runs.</summary>
    public string[] ProcessOwner { get; init => field = value ?? []; } = [];
}

/// <summary>What values are wanted for. Null: there is none, and what is limited to one does not hold.</summary>
/// <param name="Roles">The machine's.</param>
/// <param name="ProcessOwner">The project whose release is deployed, or the runbook that is run.</param>
public sealed record VariableTarget(
    string? EnvironmentId, string? TenantId, IReadOnlyCollection<string> TenantTags, string? MachineId, IReadOnlyCollection<string> Roles,
    string? ActionId, string? ChannelId, string? ProcessOwner)
{
    /// <summary>The roles that the step runs for: a value for one of these is more specific than for another role of the machine.</summary>
    public IReadOnlyCollection<string> StepRoles { get; init; } = [];

    public static VariableTarget Nowhere { get; } = new(null, null, [], null, [], null, null, null);
}
