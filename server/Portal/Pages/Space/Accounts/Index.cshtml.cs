using Microsoft.AspNetCore.Mvc;
using OctoLogin.Accounts;

namespace OctoLogin.Portal.Pages.Space.Accounts;

public sealed class IndexModel(AccountStore accounts, SpaceNames names) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<AccountResource> Accounts { get; private set; } = [];
    public NamesById Names { get; private set; } = new(new Dictionary<string, string>());
    public Pager Pager { get; private set; } = new(null, null);
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/accounts";

    public async Task OnGetAsync()
    {
        var found = await AccountEndpoints.List(Http.Page.Following(After, Take, Text), new AccountQuery(), Space, Caller, accounts, Cancel);
        (Accounts, Pager) = Pager.Cut(found.Items, Take, account => account.Name, ListUrl, Text, After);
        Names = await names.OfAsync(Accounts.SelectMany(account => account.EnvironmentIds), Space.Id, Caller, Cancel);
    }
}
