using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.AccountTokens;
using OctoLogin.Http;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Accounts;

/// <summary>What the pages of a new account and of a change have: the form, and the subject that its tokens would have while it is filled in.</summary>
public abstract class AccountFormPage(AccountChanges changes, SubjectPreviews previews, SpaceThings things, TagSetStore sets) : PortalPage
{
    [BindProperty]
    public AccountForm Input { get; set; } = new();

    [BindProperty]
    public PlaceForm Place { get; set; } = new();

    public AccountKind Kind { get; protected set; } = AccountKinds.All[0];
    public ThingsSeen Things { get; private set; } = ThingsSeen.None;
    public IReadOnlyList<Thing> Tags { get; private set; } = [];
    public PreviewPart? Preview { get; private set; }

    protected AccountChanges Changes => changes;

    /// <summary>Null: it is new.</summary>
    protected abstract Account? Present { get; }

    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/accounts";

    /// <summary>Which secrets it has already.</summary>
    public bool Has(string secret) => (Present?.Details as SecretDetails)?.Sealed.ContainsKey(secret) == true;

    protected async Task ReadAsync()
    {
        Things = await things.SeenAsync(Space.Id, Caller, Cancel);
        Tags = MayHere(Permission.TenantView)
            ? [.. (await sets.ListAsync(Space.Id, OctoLogin.Http.Page.All, Cancel)).Items.SelectMany(set => set.Tags).Select(tag => new Thing(tag.CanonicalTagName, tag.CanonicalTagName))]
            : [];
    }

    /// <summary>The subject as the form stands; a fault of the form is told in its place. Nothing is kept.</summary>
    protected async Task<IActionResult> PreviewAsync()
    {
        Preview = await PreviewPart.OfAsync(async () =>
        {
            var account = await changes.CheckAsync(Input.ToInput(Kind.Type), Present, Present?.Id ?? "Accounts-0", Space, Caller, Cancel);
            return await previews.ShowAsync(account, Place.ToQuestion(), Space, Caller, Cancel);
        });
        if (IsPart)
        {
            return Partial("_SubjectPreview", Preview);
        }
        await ReadAsync();
        return Page();
    }
}

/// <summary>Where an account would be used.</summary>
public sealed record PlaceForm
{
    public string? Use { get; init; }
    public string? Project { get; init; }
    public string? Environment { get; init; }
    public string? Tenant { get; init; }
    public string? Runbook { get; init; }
    public string? Target { get; init; }

    public SubjectQuestion ToQuestion() => new()
    {
        Use = Text(Use), Project = Text(Project), Environment = Text(Environment), Tenant = Text(Tenant), Runbook = Text(Runbook), Target = Text(Target),
    };

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
