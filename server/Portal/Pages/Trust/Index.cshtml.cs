using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Trust;

public sealed class IndexModel(IssuerSettingsStore store, Issuers issuers) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<IssuerResource> List { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool MayChange => May(Permission.AdministerSystem);

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take, PartialName = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim() };
        var found = await IssuerEndpoints.List(page, Caller, store, issuers, Cancel);
        List = found.Items;
        Pager = Pager.Of("/app/issuers", Text, page, found.TotalResults);
    }
}
