using Microsoft.AspNetCore.Mvc;
using OctoLogin.Http;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Tenants;

public sealed class TenantListModel(TenantStore tenants) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<Tenant> Tenants { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text };
        var found = await TenantEndpoints.List(page, null, null, null, null, null, Space, Caller, tenants, Cancel);
        Tenants = found.Items;
        Pager = Pager.Of(At("tenants"), Text, page, found.TotalResults);
    }
}
