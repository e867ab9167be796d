using Microsoft.AspNetCore.Mvc;
using OctoLogin.AccountTokens;
using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Feeds;

/// <summary>What the pages of a new feed and of a change have: the form, and the subject that its tokens would have while it is filled in.</summary>
public abstract class FeedFormPage(FeedChanges changes, SubjectPreviews previews) : PortalPage
{
    [BindProperty]
    public FeedForm Input { get; set; } = new();

    public FeedKind Kind { get; protected set; } = FeedKinds.Registries[0];

    /// <summary>Null: it is new.</summary>
    public Feed? Present { get; protected set; }

    public PreviewPart? Preview { get; private set; }
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/feeds";

    protected FeedChanges Changes => changes;

    /// <summary>The subject as the form stands; a fault of the form is told in its place. Nothing is kept.</summary>
    public async Task<IActionResult> OnPostPreviewAsync()
    {
        Preview = await PreviewPart.OfAsync(() => Task.FromResult(Show()));
        return IsPart ? Partial("_SubjectPreview", Preview) : Page();
    }

    private SubjectPreview Show() => Input.Login == FeedForm.ByOidc
        ? previews.Show(changes.Check(Input.ToInput(Kind.Type), Present ?? FeedEndpoints.Blank(Space), Space).Feed, Space.Space)
        : throw ApiException.BadRequest("With a secret there is no subject: nothing has to trust this server.");
}
