using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

public static class DeploymentProcessEndpoints
{
    public static void MapDeploymentProcesses(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("projects/{id}/deploymentprocesses", group =>
        {
            group.MapGet("", Get);
            group.MapPut("", Update);
        });
        routes.MapSpaceRoutes("deploymentprocesses", group =>
        {
            group.MapGet("/{id}", GetById);
            group.MapPut("/{id}", UpdateById);
        });
    }

    private static async Task<DeploymentProcess> Get(
        string id, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProcessView, ProjectEndpoints.Target(project));
        return SensitiveProperties.Hide(await processes.FindAsync(space.Id, project.Id, cancel) ?? throw ApiException.NotFound("project", id));
    }

    /// <summary>Also of a snapshot, as a release names it.</summary>
    private static async Task<DeploymentProcess> GetById(
        string id, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProcessView, space.Id);
        var process = await processes.FindByIdAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("deployment process", id);
        var project = await projects.FindAsync(space.Id, process.ProjectId, cancel);
        return project is not null && caller.May(Permission.ProcessView, ProjectEndpoints.Target(project))
            ? SensitiveProperties.Hide(process)
            : throw ApiException.NotFound("deployment process", id);
    }

    private static async Task<DeploymentProcess> Update(
        string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes,
        SensitiveProperties sensitive, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProcessEdit, ProjectEndpoints.Target(project));
        var present = await processes.FindAsync(space.Id, project.Id, cancel) ?? throw ApiException.NotFound("project", id);
        var changed = Check(input, present, space, sensitive);
        return await database.InTransactionAsync(async connection =>
        {
            var written = await processes.UpdateAsync(connection, changed, cancel) ?? throw Outdated(project, input.Version);
            var happened = AuditEvent.Modified(caller.Actor, "Deployment process", written.Id, $"of project {project.Name}", space.Id) with
            {
                RelatedDocumentIds = [written.Id, project.Id],
                Details = JsonSerializer.Serialize(new { written.Version, Steps = written.Steps.Select(step => step.Name) }, Json.Options),
            };
            await audit.AppendAsync(connection, happened, cancel);
            return SensitiveProperties.Hide(written);
        }, cancel);
    }

    private static async Task<DeploymentProcess> UpdateById(
        string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes,
        SensitiveProperties sensitive, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var process = await GetById(id, space, caller, projects, processes, cancel);
        return process.Id == DeploymentProcess.IdOf(process.ProjectId)
            ? await Update(process.ProjectId, input, space, caller, projects, processes, sensitive, database, audit, cancel)
            : throw ApiException.BadRequest($"'{Printable.Of(process.Id)}' is what a release was made from and never changes; change {DeploymentProcess.IdOf(process.ProjectId)}.");
    }

    private static DeploymentProcess Check(DeploymentProcessInput input, DeploymentProcess present, SpaceContext space, SensitiveProperties sensitive)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        validation.Check(string.IsNullOrEmpty(input.ProjectId) || input.ProjectId == present.ProjectId,
            $"ProjectId is '{Printable.Of(input.ProjectId)}', but this is the process of {present.ProjectId}.");
        validation.Check(input.Version is not null, "Version is required: the version that you read and changed.");
        validation.Check(input.Steps is not null, "Steps is required; an empty array takes every step away.");
        var steps = DeploymentProcessRules.Apply(input.Steps ?? [], validation);
        var written = DeploymentProcess.Write(sensitive.Seal(present.Id, steps, present.Steps, validation));
        validation.ThrowIfAny();
        return present with { Version = input.Version!.Value, StepsJson = written };
    }

    private static ApiException Outdated(Project project, int? version) => ApiException.Conflict(
        $"The deployment process of project '{project.Name}' is no longer at version {version}: somebody changed it since you read it. Read it again and repeat your change.");
}
