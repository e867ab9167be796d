using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Packages;

namespace OctoLogin.Portal.Pages.Space.Packages;

/// <summary>The built-in feed: of each package its highest version.</summary>
public sealed class PackageListModel(PackageStore packages) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<Package> Packages { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var found = await PackageEndpoints.List(Http.Page.Following(After, Take, null), null, Text?.Trim(), latest: true, null, Space, Caller, packages, Cancel);
        (Packages, Pager) = Pager.Cut(found.Items, Take, package => package.PackageId, At("packages"), Text, After);
    }
}
