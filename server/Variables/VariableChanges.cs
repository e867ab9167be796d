using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Variables;

/// <summary>Changes a project's variables, with the audit event in the same commit, and shows them without what is secret.</summary>
public sealed class VariableChanges(
    NpgsqlDataSource database, VariableSetStore sets, SealedValues values, EnvironmentStore environments, ChannelStore channels, AccountStore accounts,
    DeploymentProcessStore processes, AuditLog audit)
{
    public async Task<VariableSet> FindAsync(Project project, CancellationToken cancel) =>
        await sets.FindAsync(project.SpaceId, project.Id, cancel) ?? throw ApiException.NotFound("project", project.Id);

    public async Task<VariableSet> ShowAsync(VariableSet set, Caller caller, CancellationToken cancel) =>
        SealedValues.Hide(set) with { ScopeValues = await ScopeValuesAsync(set, caller, cancel) };

    public async Task<VariableSet> UpdateAsync(VariableSetInput input, Project project, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var present = await FindAsync(project, cancel);
        var known = await ScopeValuesAsync(present, caller, cancel);
        var named = await AccountVariables.ReadAsync(input.Variables ?? [], space, caller, accounts, cancel);
        var changed = Check(input, present, known, named, space);
        return await database.InTransactionAsync(async connection =>
        {
            // What is kept was kept of the version that was read here: another one has other values.
            var written = changed.Version == present.Version ? await sets.UpdateAsync(connection, changed, named.UsedBy(changed), cancel) : null;
            if (written is null)
            {
                throw Outdated(project, input.Version);
            }
            var happened = AuditEvent.Modified(caller.Actor, "Variables", written.Id, $"of project {project.Name}", space.Id) with
            {
                Message = $"Variables of project {project.Name} were changed",
                RelatedDocumentIds = [written.Id, project.Id],
                Details = JsonSerializer.Serialize(new { written.Version, Changed = ChangedNames(present, written) }, Json.Options),
            };
            await audit.AppendAsync(connection, happened, cancel);
            return SealedValues.Hide(written) with { ScopeValues = known };
        }, cancel);
    }

    private VariableSet Check(VariableSetInput input, VariableSet present, ScopeValues known, AccountVariables named, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        validation.Check(string.IsNullOrEmpty(input.OwnerId) || input.OwnerId == present.OwnerId, $"OwnerId is '{Printable.Of(input.OwnerId)}', but these are the variables of {present.OwnerId}.");
        validation.Check(input.Version is not null, "Version is required: the version that you read and changed.");
        validation.Check(input.Variables is not null, "Variables is required; an empty array takes every variable away.");
        var variables = new VariableRules(present, known, named, values, validation).Apply(input.Variables ?? []);
        validation.ThrowIfAny();
        return present with { Version = input.Version!.Value, VariablesJson = VariableSet.Write(variables) };
    }

    /// <summary>Of the environments only those that the caller sees: no other can be found out, or be named, here.</summary>
    private async Task<ScopeValues> ScopeValuesAsync(VariableSet set, Caller caller, CancellationToken cancel)
    {
        var seen = caller.MaySomewhere(Permission.EnvironmentView, set.SpaceId)
            ? (await environments.ListAsync(set.SpaceId, Page.All, caller.Visible(Permission.EnvironmentView, set.SpaceId), cancel)).Items
            : [];
        var ofProject = await channels.ListAsync(set.SpaceId, set.ProjectId, Page.All, VisibleRows.Everything, cancel);
        var process = await processes.FindAsync(set.SpaceId, set.ProjectId, cancel);
        return new ScopeValues
        {
            Environments = [.. seen.Select(environment => new ScopeValue(environment.Id, environment.Name))],
            Channels = [.. ofProject.Items.Select(channel => new ScopeValue(channel.Id, channel.Name))],
            Actions = [.. (process?.Steps ?? []).SelectMany(step => step.Actions).Select(action => new ScopeValue(action.Id, action.Name))],
        };
    }

    private static string[] ChangedNames(VariableSet before, VariableSet after)
    {
        var (old, now) = (Lines(before), Lines(after));
        return [.. old.Except(now).Union(now.Except(old)).Select(line => line.Name).Distinct()];

        static HashSet<(string Name, string Json)> Lines(VariableSet set) => [.. set.Variables.Select(variable => (variable.Name, VariableSet.Write([variable])))];
    }

    private static ApiException Outdated(Project project, int? version) => ApiException.Conflict(
        $"The variables of project '{project.Name}' are no longer at version {version}: somebody changed them since you read them. Read them again and repeat your change.");
}
