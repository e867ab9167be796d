using Microsoft.AspNetCore.Mvc;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Tenants;

public sealed class TenantListModel(TenantStore tenants) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<Tenant> Tenants { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var found = await TenantEndpoints.List(Http.Page.Following(After, Take, Text), null, null, null, null, null, Space, Caller, tenants, Cancel);
        (Tenants, Pager) = Pager.Cut(found.Items, Take, tenant => tenant.Name, At("tenants"), Text, After);
    }
}
