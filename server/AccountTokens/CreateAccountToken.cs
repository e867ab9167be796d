using Npgsql;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Runbooks;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTokens;

/// <summary>
/// An ID token for a tool that asks by itself, as a deployment of the project there would get it: who may take one, for what, whether the
/// account may be used there; then the audit event, and only then the token. The caller chooses neither subject nor audience.
/// </summary>
public sealed class CreateAccountToken(
    NpgsqlDataSource database, ProjectStore projects, RunbookStore runbooks, ExecutionPlaces executionPlaces, SubjectPlaces places, IdTokenIssuer issuer, AuditLog audit)
{
    public async Task<AccountToken> RunAsync(Account account, AccountTokenCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", command.SpaceId));
        var project = await ProjectEndpoints.NamedAsync(command.ProjectId ?? command.ProjectName, Permission.AccountTokenCreate, space, caller, projects, validation, cancel);
        if (project is null)
        {
            // Everything else depends on it.
            validation.ThrowIfAny();
        }
        var runbook = await FindRunbookAsync(command, project!, caller, validation, cancel);
        var place = await FindPlaceAsync(command, project!, runbook, space, caller, validation, cancel);
        validation.ThrowIfAny();
        var tenant = place!.Tenant;
        if (!account.IsAllowedIn(place.Environment.Id, tenant?.Id, tenant?.TenantTags ?? []))
        {
            throw ApiException.BadRequest($"Account '{account.Name}' may not be used in {place.Name}: its environments and tenants limit it.");
        }
        var parts = new SubjectParts
        {
            Space = space.Space.Slug, ProjectGroup = await places.GroupSlugAsync(project!, cancel), Project = project!.Slug, Runbook = runbook?.Slug,
            Environment = place.Environment.Slug, Tenant = tenant?.Slug,
        };
        var token = Issue(account, runbook is null ? SubjectUse.Deployment : SubjectUse.Runbook, parts, SubjectVariables.Of(space.Space, project, runbook, place));
        await database.InTransactionAsync(connection => audit.AppendAsync(connection, Taken(account, project, place, token, caller.Actor), cancel), cancel);
        return new AccountToken(token.Jwt, token.Subject, token.Audience, token.Issuer, token.ExpiresAt);
    }

    private IdToken Issue(Account account, SubjectUse use, SubjectParts parts, Func<string, string?> variable)
    {
        try
        {
            return issuer.Issue(account, use, parts, variable);
        }
        catch (IdTokenException refusal)
        {
            throw ApiException.BadRequest(refusal.Message);
        }
    }

    private async Task<Runbook?> FindRunbookAsync(AccountTokenCommand command, Project project, Caller caller, Validation validation, CancellationToken cancel)
    {
        var name = validation.Optional("RunbookId", command.RunbookId ?? command.RunbookName);
        var runbook = name is null ? null : await runbooks.FindNamedAsync(project.SpaceId, project.Id, name, cancel);
        var known = runbook is not null && caller.May(Permission.RunbookView, ProjectEndpoints.Target(project));
        validation.Check(name is null || known, $"Project '{project.Name}' has no runbook '{Printable.Of(name)}'.");
        return known ? runbook : null;
    }

    /// <summary>One place, by the rules of deployments: the caller holds the permission there, and the tenant is connected.</summary>
    private async Task<ExecutionPlace?> FindPlaceAsync(
        AccountTokenCommand command, Project project, Runbook? runbook, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        var tenant = command.TenantId ?? command.TenantName;
        var subject = new ExecutionSubject(project, Permission.AccountTokenCreate, runbook?.MultiTenancyMode ?? project.TenantedDeploymentMode,
            runbook is null ? $"Project '{project.Name}'" : $"Runbook '{runbook.Name}'");
        var wanted = new TokenPlaceCommand { EnvironmentName = command.EnvironmentId ?? command.EnvironmentName, Tenants = string.IsNullOrWhiteSpace(tenant) ? null : [tenant] };
        return (await executionPlaces.FindAsync(wanted, subject, wanted.Tenants is not null, space, caller, validation, cancel)).SingleOrDefault();
    }

    private static AuditEvent Taken(Account account, Project project, ExecutionPlace place, IdToken token, AuditActor actor) => new()
    {
        Category = AuditCategories.TokenIssued,
        Message = $"An ID token of account {account.Name} for {project.Name} in {place.Name} was taken",
        Actor = actor,
        SpaceId = account.SpaceId,
        RelatedDocumentIds = [account.Id, project.Id, place.Environment.Id, .. place.Tenant is null ? Array.Empty<string>() : [place.Tenant.Id]],
        Details = AuditDetails.Of(new { token.Issuer, token.Subject, token.Audience, token.ExpiresAt }),
    };

    private sealed record TokenPlaceCommand : ExecutionCommand;
}

/// <summary>For which project, environment, tenant and runbook: Ids, names or slugs.</summary>
public sealed record AccountTokenCommand(
    string? ProjectId, string? ProjectName, string? EnvironmentId, string? EnvironmentName, string? TenantId, string? TenantName, string? RunbookId, string? RunbookName, string? SpaceId);

/// <summary>The answer; the one place where the token is.</summary>
public sealed record AccountToken(string Token, string Subject, string Audience, string Issuer, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"ID token of {Subject} for {Audience}";
}
