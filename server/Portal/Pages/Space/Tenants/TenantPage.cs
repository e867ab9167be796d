using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Projects;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Tenants;

/// <summary>A page with the form of a tenant.</summary>
public abstract class TenantPage(ProjectStore projects, EnvironmentStore environments, TagSetStore sets) : SpacePage
{
    private const int MostProjects = 500;

    protected async Task<TenantChoices> ChoicesAsync() => new(
        await TagSetEndpoints.All(Space, Caller, sets, Cancel),
        MayHere(Permission.ProjectView)
            ? [.. (await projects.ListAsync(Space.Id, OctoLogin.Http.Page.All with { Take = MostProjects }, Caller.Visible(Permission.ProjectView, Space.Id), Cancel)).Items
                .Where(project => project.TenantedDeploymentMode != TenantedDeploymentMode.Untenanted)]
            : [],
        await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel));
}

public sealed record TenantFormView(TenantForm Input, TenantChoices Choices, string Button, string BackUrl);
