using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.AccountTokens;
using OctoLogin.Feeds;
using OctoLogin.Http;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public sealed class NewModel(FeedChanges changes, SubjectPreviews previews) : FeedFormPage(changes, previews)
{
    /// <summary>Null: the kind is to be chosen first.</summary>
    [FromRoute]
    public string? Type { get; set; }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Caller.Demand(Permission.FeedEdit, AccessTarget.Space(Space.Id));
        if (Type is not null)
        {
            Kind = FeedKinds.Find(Type) ?? throw ApiException.NotFound("kind of feed", Type);
        }
        await next();
    }

    public void OnGet() => Input = new() { Login = Kind.HasOidc ? FeedForm.ByOidc : FeedForm.ByPassword };

    public async Task<IActionResult> OnPostAsync()
    {
        var id = "";
        return await TryAsync(async () => id = (await FeedEndpoints.CreateAsync(Input.ToInput(Kind.Type), Space, Caller, Changes, Cancel)).Id)
            ? Done($"{ListUrl}/{id}", $"Feed {Input.Name} was created. Test it to see whether the login works.")
            : Page();
    }
}
