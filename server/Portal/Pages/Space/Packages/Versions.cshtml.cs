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

    /// <summary>The last version of the page before.</summary>
    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<Package> Versions { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool MayDelete => Caller.May(Permission.BuiltInFeedAdminister, AccessTarget.Space(Space.Id));
    public bool MayDownload => Caller.May(Permission.BuiltInFeedDownload, AccessTarget.Space(Space.Id));

    public async Task OnGetAsync()
    {
        var found = await FollowingAsync();
        if (found.Count == 0 && !string.IsNullOrEmpty(After))
        {
            // The version that the page before ended with may be gone since.
            After = null;
            found = await FollowingAsync();
        }
        if (string.IsNullOrWhiteSpace(PackageId) || found.Count == 0)
        {
            throw ApiException.NotFound("package", PackageId);
        }
        (Versions, Pager) = Pager.Cut(found, Take, package => package.Version, At("packages/versions", [("id", PackageId)]), null, After);
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

    private async Task<IReadOnlyList<Package>> FollowingAsync() =>
        (await PackageEndpoints.List(OctoLogin.Http.Page.Following(After, Take, null), PackageId, null, null, null, Space, Caller, packages, Cancel)).Items;
}
