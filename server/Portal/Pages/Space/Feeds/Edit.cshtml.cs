using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.AccountTokens;
using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class EditModel(FeedStore feeds, FeedChanges changes, SubjectPreviews previews) : FeedFormPage(changes, previews)
{
    [FromRoute]
    public required string Id { get; set; }

    public string FeedUrl => $"{ListUrl}/{Present!.Id}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Present = await FeedEndpoints.SeenAsync(Id, Space, Caller, feeds, Cancel);
        Caller.Demand(Permission.FeedEdit, AccessTarget.Space(Space.Id));
        Kind = Present.IsRegistry ? FeedKinds.Of(Present.FeedType) : throw ApiException.NotFound("registry", Id);
        await next();
    }

    public void OnGet() => Input = FeedForm.Of(Present!);

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => FeedEndpoints.Update(Present!.Id, Input.ToInput(Kind.Type), Space, Caller, feeds, Changes, Cancel))
            ? Done(FeedUrl, $"Feed {Input.Name} was saved.")
            : Page();
}
