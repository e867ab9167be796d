using Dapper;
using Npgsql;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Accounts;

/// <summary>What uses an account, in the shape that clients read. Releases and runbook snapshots keep the variables that they were made with, and are not among it.</summary>
public sealed record AccountUsage
{
    public IReadOnlyList<ProcessUsage> DeploymentProcesses { get; init; } = [];
    public IReadOnlyList<ProcessUsage> RunbookProcesses { get; init; } = [];

    /// <summary>There are none here.</summary>
    public IReadOnlyList<string> LibraryVariableSets { get; init; } = [];
    public IReadOnlyList<VariableSetUsage> ProjectVariableSets { get; init; } = [];
    public IReadOnlyList<string> Releases { get; init; } = [];
    public IReadOnlyList<string> RunbookSnapshots { get; init; } = [];
    public IReadOnlyList<TargetUsage> Targets { get; init; } = [];

    public static AccountUsage Of(IReadOnlyCollection<AccountUser> users) => new()
    {
        ProjectVariableSets = [.. users.Where(user => user.Kind == AccountUser.Variables).Select(user => new VariableSetUsage(true, user.Id, user.Name, user.Slug, [], []))],
        DeploymentProcesses = [.. users.Where(user => user.Kind == AccountUser.Process).Select(user => new ProcessUsage(user.ProcessId, user.Id, user.Name, user.Slug))],
        RunbookProcesses = [.. users.Where(user => user.Kind == AccountUser.RunbookProcess).Select(user => new ProcessUsage(user.ProcessId, user.Id, user.Name, user.Slug))],
        Targets = [.. users.Where(user => user.Kind == AccountUser.Target).Select(user => new TargetUsage(user.Id, user.Name))],
    };
}

public sealed record VariableSetUsage(
    bool IsCurrentlyBeingUsedInProject, string ProjectId, string ProjectName, string ProjectSlug, IReadOnlyList<string> Releases, IReadOnlyList<string> RunbookSnapshots);

public sealed record ProcessUsage(string? ProcessId, string ProjectId, string ProjectName, string ProjectSlug);

public sealed record TargetUsage(string TargetId, string TargetName);

/// <summary>One thing that uses an account: a project, by its variables or a process, or a deployment target.</summary>
public sealed record AccountUser
{
    public const string Variables = "variables of project";
    public const string Process = "deployment process of project";
    public const string RunbookProcess = "runbook of project";
    public const string Target = "deployment target";

    public required string Kind { get; init; }
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? ProcessId { get; init; }

    /// <summary>Null: it is no project.</summary>
    public string? ProjectGroupId { get; init; }

    /// <summary>Of a target, as the next three.</summary>
    public string[] EnvironmentIds { get; init; } = [];
    public string[] TenantIds { get; init; } = [];
    public string[] Tags { get; init; } = [];
    public TenantedDeploymentMode Participation { get; init; }

    public override string ToString() => $"{Kind} '{Printable.Of(Name, 100)}'";
}

/// <summary>Finds what uses an account; reads what other slices write.</summary>
public sealed class AccountUsers(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<AccountUser>> FindAsync(Account account, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select '{AccountUser.Variables}' as kind, p.id, p.name, p.slug, p.project_group_id
            from variable_set_accounts x join variable_sets v on v.id = x.variable_set_id join projects p on p.id = v.project_id
            where x.space_id = @SpaceId and x.account_id = @Id order by lower(p.name);
            -- Some actions name an account itself and no variable: its Id is the text of one of their properties.
            select case when d.runbook_id is null then '{AccountUser.Process}' else '{AccountUser.RunbookProcess}' end as kind, p.id, p.name, p.slug, p.project_group_id, d.id as process_id
            from deployment_processes d join projects p on p.id = d.project_id
            where d.space_id = @SpaceId and position('"' || @Id || '"' in d.steps::text) > 0 order by lower(p.name);
            select '{AccountUser.Target}' as kind, m.id, m.name, m.slug, m.tenanted_deployment_participation as participation,
              array(select e.environment_id from machine_environments e where e.machine_id = m.id) as environment_ids,
              array(select t.tenant_id from machine_tenants t where t.machine_id = m.id) as tenant_ids,
              array(select t.tag_id from machine_tags t where t.machine_id = m.id) as tags
            from machines m where m.space_id = @SpaceId and m.account_id = @Id order by lower(m.name)
            """, new { account.SpaceId, account.Id }, cancellationToken: cancel));
        return [.. await results.ReadAsync<AccountUser>(), .. await results.ReadAsync<AccountUser>(), .. await results.ReadAsync<AccountUser>()];
    }
}
