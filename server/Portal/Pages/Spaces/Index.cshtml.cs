using Microsoft.AspNetCore.Mvc;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Portal.Pages.Spaces;

public sealed class IndexModel(SpaceStore spaces) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<OctoLogin.Spaces.Space> Spaces { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text };
        var found = await SpaceEndpoints.List(page, Caller, spaces, Cancel);
        Spaces = found.Items;
        Pager = Pager.Of("/app/spaces", Text, page, found.TotalResults);
    }
}
