using Microsoft.AspNetCore.Mvc;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.Packages;

namespace OctoLogin.Portal.Pages.Space.Packages;

public sealed class PackageVersionsModel(NpgsqlDataSource database, PackageStore packages, PackageContents contents, AuditLog audit) : SpacePage
{
    private const int Take = 100;

    [BindProperty(SupportsGet = true, Name = "id")]
    public string? PackageId { get; set; }

    [BindProperty(SupportsGet = true, Name = "skip")]
    public int Skip { get; set; }

    public IReadOnlyList<Package> Versions { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool MayDelete => Caller.May(Permission.BuiltInFeedAdminister, AccessTarget.Space(Space.Id));
    public bool MayDownload => Caller.May(Permission.BuiltInFeedDownload, AccessTarget.Space(Space.Id));

    public async Task OnGetAsync()
    {
        var page = new Page { Skip = Math.Max(0, Skip), Take = Take };
        var found = await PackageEndpoints.List(page, PackageId, null, null, null, Space, Caller, packages, Cancel);
        if (string.IsNullOrWhiteSpace(PackageId) || found.TotalResults == 0)
        {
            throw ApiException.NotFound("package", PackageId);
        }
        Versions = found.Items;
        Pager = Pager.Of(At("packages/versions", [("id", PackageId)]), null, page, found.TotalResults);
    }

    public async Task<IActionResult> OnGetDownloadAsync(string package) =>
        await AnswerAsync(await PackageEndpoints.Download(package, HttpContext, Space, Caller, packages, database, Cancel));

    public async Task<IActionResult> OnPostDeleteAsync(string? package, string? confirm)
    {
        var named = await PackageEndpoints.Get(package ?? "", Space, Caller, packages, Cancel);
        if (!ConfirmDelete.IsConfirmed(confirm, named.Version))
        {
            ModelState.AddModelError("", ConfirmDelete.Fault(named.Version));
        }
        PackageId = named.PackageId;
        if (await TryAsync(() => PackageEndpoints.Delete(named.Id, Space, Caller, database, packages, contents, audit, Cancel)))
        {
            var others = await packages.ListAsync(Space.Id, new PackageFilter(named.PackageId), OctoLogin.Http.Page.All with { Take = 1 }, Cancel);
            return Done(others.Total > 0 ? At("packages/versions", [("id", PackageId)]) : At("packages"), $"{named.FileName} was deleted.");
        }
        await OnGetAsync();
        return Page();
    }
}
