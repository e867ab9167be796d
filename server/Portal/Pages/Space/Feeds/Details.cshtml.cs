using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.Packages;
using Permission = OctoLogin.Access.Permission;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class DetailsModel(FeedStore feeds, FeedChanges changes, FeedPackages packages, RegistryLogins logins, IssuerOptions issuer) : PortalPage
{
    private const int Take = 50;

    [FromRoute]
    public required string Id { get; set; }

    /// <summary>What to look for; null: nothing is asked of the registry.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    /// <summary>Of which package the versions are shown.</summary>
    [BindProperty(SupportsGet = true, Name = "package")]
    public string? PackageId { get; set; }

    public required Feed Feed { get; set; }
    public IReadOnlyList<string> Found { get; private set; } = [];
    public long Total { get; private set; }
    public IReadOnlyList<string> Versions { get; private set; } = [];

    /// <summary>Why the registry did not answer as it should.</summary>
    public string? Fault { get; private set; }

    public bool MayEdit => Feed.IsRegistry && Caller.May(Permission.FeedEdit, AccessTarget.Space(Space.Id));
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/feeds";
    public string FeedUrl => $"{ListUrl}/{Feed.Id}";
    public string Issuer => issuer.ServerUri;

    /// <summary>Of the tokens that it logs in with; null: it does not.</summary>
    public SubjectText? Subject => Feed.OidcAuthentication is { } oidc
        ? DeploymentSubject.Of(SubjectUse.Feed, oidc.SubjectKeys, new SubjectParts { Space = Space.Space.Slug, Feed = Feed.Slug })
        : null;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Feed = await FeedEndpoints.SeenAsync(Id, Space, Caller, feeds, Cancel);
        await next();
    }

    public async Task OnGetAsync()
    {
        try
        {
            await SearchAsync();
        }
        catch (ApiException refusal) when (refusal.Status is StatusCodes.Status502BadGateway or StatusCodes.Status404NotFound or StatusCodes.Status400BadRequest)
        {
            Fault = refusal.Message;
        }
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Feed.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Feed.Name));
        }
        return await TryAsync(() => FeedEndpoints.Delete(Feed.Id, Space, Caller, feeds, changes, logins, Cancel))
            ? Done(ListUrl, $"Feed {Feed.Name} was deleted.")
            : Page();
    }

    private async Task SearchAsync()
    {
        var page = new Page { Take = Take };
        if (Text is not null)
        {
            var found = await PackageEndpoints.SearchPackages(Feed.Id, Text, page, Space, Caller, feeds, packages, Cancel);
            (Found, Total) = ([.. found.Items.Select(package => package.Id)], found.TotalResults);
        }
        if (!string.IsNullOrWhiteSpace(PackageId))
        {
            var versions = await PackageEndpoints.ListVersions(Feed.Id, PackageId, new VersionQuery(), page, Space, Caller, feeds, packages, Cancel);
            Versions = versions is ResourceCollection<PackageVersion> images ? [.. images.Items.Select(image => image.Version)]
                : [.. ((ResourceCollection<Package>)versions).Items.Select(package => package.Version)];
        }
    }
}
