using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Variables;

/// <summary>Changes a project's variables, with the audit event in the same commit, and shows them without what is secret.</summary>
public sealed class VariableChanges(
    NpgsqlDataSource database, VariableSetStore sets, SealedValues values, ScopeCatalog scopes, AccountStore accounts, AuditLog audit)
{
    public async Task<VariableSet> FindAsync(Project project, CancellationToken cancel) =>
        await sets.FindAsync(project.SpaceId, project.Id, cancel) ?? throw ApiException.NotFound("project", project.Id);

    public async Task<VariableSet> ShowAsync(VariableSet set, Project project, Caller caller, CancellationToken cancel) =>
        Show(set, project, caller) with { ScopeValues = await scopes.ReadAsync(project, caller, cancel) };

    public async Task<VariableSet> UpdateAsync(VariableSetInput input, Project project, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var present = await FindAsync(project, cancel);
        var known = await scopes.ReadAsync(project, caller, cancel);
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var tenants = (input.Variables ?? []).SelectMany(variable => variable?.Scope?.Tenant ?? []).OfType<string>().Distinct().ToArray();
        var rules = new ScopeRules(known, await scopes.TenantsAsync(project, tenants, caller, cancel), await scopes.OwnersAsync(project, caller, cancel), validation);
        var named = await AccountVariables.ReadAsync(input.Variables ?? [], space, caller, accounts, cancel);
        var changed = Check(input, present, new VariableAccess(caller, project), rules, named, validation);
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
            return Show(written, project, caller) with { ScopeValues = known };
        }, cancel);
    }

    private static VariableSet Show(VariableSet set, Project project, Caller caller) => SealedValues.Hide(new VariableAccess(caller, project).Narrow(set));

    private VariableSet Check(VariableSetInput input, VariableSet present, VariableAccess access, ScopeRules rules, AccountVariables named, Validation validation)
    {
        validation.Check(string.IsNullOrEmpty(input.OwnerId) || input.OwnerId == present.OwnerId, $"OwnerId is '{Printable.Of(input.OwnerId)}', but these are the variables of {present.OwnerId}.");
        validation.Check(input.Version is not null, "Version is required: the version that you read and changed.");
        validation.Check(input.Variables is not null, "Variables is required; an empty array takes every variable away.");
        var sent = new VariableRules(access.Narrow(present), rules, named, values, validation).Apply(input.Variables ?? []);
        var taken = present.Variables.Where(variable => !access.Sees(variable)).Select(variable => variable.Id).ToHashSet();
        foreach (var twice in sent.Where(variable => taken.Contains(variable.Id)))
        {
            validation.Check(false, $"The Id '{Printable.Of(twice.Id)}' is another variable's; leave it out, and the variable gets one.");
        }
        validation.ThrowIfAny();
        return present with { Version = input.Version!.Value, VariablesJson = VariableSet.Write(access.Merge(present, sent)) };
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
