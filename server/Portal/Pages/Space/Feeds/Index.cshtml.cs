using Microsoft.AspNetCore.Mvc;
using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class IndexModel(FeedStore feeds) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<Feed> Feeds { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/feeds";

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim() };
        var found = await FeedEndpoints.List(page, null, Space, Caller, feeds, Cancel);
        Feeds = found.Items;
        Pager = Pager.Of(ListUrl, Text, page, found.TotalResults);
    }
}
