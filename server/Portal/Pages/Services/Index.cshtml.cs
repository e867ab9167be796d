using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal.Pages.Services;

public sealed class IndexModel(ServiceAccountOverviews overviews, TimeProvider clock) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<ServiceAccountOverview> Accounts { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.UserView, AccessTarget.System);
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim() };
        var found = await overviews.ListAsync(page, Cancel);
        Accounts = found.Items;
        Pager = Pager.Of("/app/service-accounts", Text, page, found.Total);
    }
}
