using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.AccountTokens;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Packages;
using Permission = OctoLogin.Access.Permission;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class DetailsModel(FeedStore feeds, FeedChanges changes, FeedPackages packages, RegistryLogins logins, SubjectPreviews previews, FeedTest test) : PortalPage
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

    /// <summary>Null: it does not log in with an ID token.</summary>
    public PreviewPart? Preview { get; private set; }

    /// <summary>What a test did; null: none was asked for.</summary>
    public FeedTestLog? Test { get; private set; }

    /// <summary>Whose tags a test lists.</summary>
    public string? Image { get; private set; }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Feed = await FeedEndpoints.SeenAsync(Id, Space, Caller, feeds, Cancel);
        Preview = Feed.OidcAuthentication is null ? null : await PreviewPart.OfAsync(() => Task.FromResult(previews.Show(Feed, Space.Space)));
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

    /// <summary>In the answer itself: the log is kept nowhere.</summary>
    public async Task<IActionResult> OnPostTestAsync(string? image)
    {
        Image = image;
        await TryAsync(async () => Test = await test.RunAsync(await FeedEndpoints.EditedAsync(Feed.Id, Space, Caller, feeds, Cancel), Space.Space, image, Cancel));
        return Page();
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
