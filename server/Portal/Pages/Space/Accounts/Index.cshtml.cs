using Microsoft.AspNetCore.Mvc;
using OctoLogin.Accounts;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Accounts;

public sealed class IndexModel(AccountStore accounts, SpaceThings things) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<AccountResource> Accounts { get; private set; } = [];
    public ThingsSeen Things { get; private set; } = ThingsSeen.None;
    public Pager Pager { get; private set; } = new(null, null);
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/accounts";

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim() };
        var found = await AccountEndpoints.List(page, new AccountQuery(), Space, Caller, accounts, Cancel);
        Accounts = found.Items;
        Things = await things.SeenAsync(Space.Id, Caller, Cancel);
        Pager = Pager.Of(ListUrl, Text, page, found.TotalResults);
    }
}
