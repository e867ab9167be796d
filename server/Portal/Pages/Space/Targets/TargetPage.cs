using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Targets;

/// <summary>A page with the form of a deployment target.</summary>
public abstract class TargetPage(EnvironmentStore environments, TenantStore tenants) : SpacePage
{
    private const int MostTenants = 500;

    protected async Task<TargetChoices> ChoicesAsync() => new(
        await EnvironmentEndpoints.AllSeenAsync(Space.Id, Caller, environments, Cancel),
        MayHere(Permission.TenantView)
            ? (await tenants.ListAsync(Space.Id, new TenantQuery(), OctoLogin.Http.Page.All with { Take = MostTenants }, Caller.Visible(Permission.TenantView, Space.Id), Cancel)).Items
            : []);
}

public sealed record TargetFormView(TargetForm Input, TargetChoices Choices, string Button, string BackUrl);
