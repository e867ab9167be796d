using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Trust;

public sealed class IndexModel(IssuerSettingsStore store, Issuers issuers) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<IssuerResource> List { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool MayChange => May(Permission.AdministerSystem);

    public async Task OnGetAsync()
    {
        var found = await IssuerEndpoints.List(Http.Page.Following(After, Take, Text), Caller, store, issuers, Cancel);
        (List, Pager) = Pager.Cut(found.Items, Take, issuer => issuer.Issuer, "/app/issuers", Text, After);
    }
}
