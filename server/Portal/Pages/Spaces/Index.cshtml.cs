using Microsoft.AspNetCore.Mvc;
using OctoLogin.Spaces;

namespace OctoLogin.Portal.Pages.Spaces;

public sealed class IndexModel(SpaceStore spaces) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<OctoLogin.Spaces.Space> Spaces { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var found = await SpaceEndpoints.List(Http.Page.Following(After, Take, Text), Caller, spaces, Cancel);
        (Spaces, Pager) = Pager.Cut(found.Items, Take, space => space.Name, "/app/spaces", Text, After);
    }
}
