using Microsoft.AspNetCore.Mvc;
using OctoLogin.Feeds;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class IndexModel(FeedStore feeds) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<Feed> Feeds { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/feeds";

    public async Task OnGetAsync()
    {
        var found = await FeedEndpoints.List(Http.Page.Following(After, Take, Text), null, Space, Caller, feeds, Cancel);
        (Feeds, Pager) = Pager.Cut(found.Items, Take, feed => feed.Name, ListUrl, Text, After);
    }
}
