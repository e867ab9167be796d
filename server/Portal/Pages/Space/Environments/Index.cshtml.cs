using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Environments;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Environments;

public sealed class EnvironmentListModel(NpgsqlDataSource database, EnvironmentStore environments, AuditLog audit) : SpacePage
{
    public IReadOnlyList<DeploymentEnvironment> Environments { get; private set; } = [];

    /// <summary>Each one's place changes, also of those that the caller does not see: it takes the right on all.</summary>
    public bool MaySort => Caller.May(Permission.EnvironmentEdit, AccessTarget.Space(Space.Id));

    public async Task OnGetAsync() => Environments = await EnvironmentEndpoints.All(Space, Caller, environments, Cancel);

    public async Task<IActionResult> OnPostMoveAsync(string id, bool up)
    {
        var order = (await EnvironmentEndpoints.All(Space, Caller, environments, Cancel)).Select(environment => environment.Id).ToList();
        var (from, to) = (order.IndexOf(id), order.IndexOf(id) + (up ? -1 : 1));
        if (from >= 0 && to >= 0 && to < order.Count)
        {
            (order[from], order[to]) = (order[to], order[from]);
        }
        await EnvironmentEndpoints.Sort([.. order], Space, Caller, database, environments, audit, Cancel);
        return Done(At("environments"), "The order was saved.");
    }
}

/// <summary>What a person fills in of an environment.</summary>
public sealed record EnvironmentForm
{
    public string? Name { get; set; }
    public string? Slug { get; set; }
    public string? Description { get; set; }
    public bool UseGuidedFailure { get; set; }
    public bool AllowDynamicInfrastructure { get; set; }

    public static EnvironmentForm Of(DeploymentEnvironment environment) => new()
    {
        Name = environment.Name, Slug = environment.Slug, Description = environment.Description,
        UseGuidedFailure = environment.UseGuidedFailure, AllowDynamicInfrastructure = environment.AllowDynamicInfrastructure,
    };

    public EnvironmentInput ToInput() => new(Name, Slug, Description, null, null, UseGuidedFailure, AllowDynamicInfrastructure, null, null);
}
