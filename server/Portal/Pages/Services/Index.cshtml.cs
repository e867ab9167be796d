using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal.Pages.Services;

public sealed class IndexModel(ServiceAccountOverviews overviews, TimeProvider clock) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<ServiceAccountOverview> Accounts { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.UserView, AccessTarget.System);
        var found = await overviews.ListAsync(Text?.Trim(), After, Take + 1, Cancel);
        (Accounts, Pager) = Pager.Cut(found, Take, account => account.Username, "/app/service-accounts", Text, After);
    }
}
