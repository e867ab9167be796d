using Microsoft.AspNetCore.Mvc;
using OctoLogin.Feeds;

namespace OctoLogin.Portal.Pages.Space.Feeds;

public abstract class FeedFormPage : PortalPage
{
    [BindProperty]
    public FeedForm Input { get; set; } = new();

    public FeedKind Kind { get; protected set; } = FeedKinds.Registries[0];

    /// <summary>Null: it is new.</summary>
    public Feed? Present { get; protected set; }

    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/feeds";
}
