using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Packages;

namespace OctoLogin.Portal.Pages.Space.Packages;

/// <summary>The built-in feed: of each package its highest version.</summary>
public sealed class PackageListModel(PackageStore packages) : SpacePage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<Package> Packages { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take };
        var found = await PackageEndpoints.List(page, null, Text?.Trim(), latest: true, null, Space, Caller, packages, Cancel);
        Packages = found.Items;
        Pager = Pager.Of(At("packages"), Text, page, found.TotalResults);
    }
}
