using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal.Pages.Identities;

public sealed class NewModel(
    ServiceAccountStore accounts, OidcIdentities identities, CallerStore callers, TrustedIssuers trusted, GitHubRepositoryLookup github, IssuerOptions issuer, TimeProvider clock)
    : ServiceAccountPage(accounts)
{
    /// <summary>Which template's form; none: they are offered.</summary>
    [BindProperty(SupportsGet = true, Name = "for")]
    public string? For { get; set; }

    /// <summary>Filled in from what somebody presented.</summary>
    [BindProperty(SupportsGet = true, Name = "presented")]
    public bool IsPresented { get; set; }

    [BindProperty(SupportsGet = true, Name = "Values")]
    public Dictionary<string, string?> Values { get; set; } = [];

    public IdentityTemplate? Template { get; private set; }

    /// <summary>Null: nothing is filled in yet.</summary>
    public IdentityPreview? Preview { get; private set; }

    /// <summary>What came of asking GitHub.</summary>
    public string? LookedUp { get; private set; }

    public static string Key(string field) => $"Values[{field}]";

    protected override async Task LoadAsync()
    {
        await ServiceAccountEndpoints.ControlledAsync(Id, Caller, Accounts, callers, Cancel);
        Template = For is null && HttpMethods.IsGet(Request.Method) ? null : IdentityTemplate.Find(For) ?? throw ApiException.NotFound("kind of identity", For);
        if (Template is not null && Values.Values.Any(value => !string.IsNullOrEmpty(value)))
        {
            Preview = Look();
        }
        // The form reads each of them.
        foreach (var field in Fields())
        {
            Values.TryAdd(field, "");
        }
    }

    public void OnGet()
    {
        // What is filled in is looked at as the page is loaded.
    }

    public IActionResult OnPostPreview()
    {
        ModelState.Clear();
        return Page();
    }

    public async Task<IActionResult> OnPostLookUpAsync()
    {
        ModelState.Clear();
        if (Template == GitHubTemplate.Template)
        {
            LookedUp = await LookUpAsync(GitHubAddress.TryParse(Values[GitHubTemplate.Repository] ?? ""));
            Preview = Look();
        }
        return Page();
    }

    private async Task<string> LookUpAsync(GitHubAddress? address)
    {
        if (address is null)
        {
            return "Name the repository first.";
        }
        var issuerOfIt = address.Issuer ?? SharedIssuers.GitHub;
        if (trusted.Fault(issuerOfIt) is { } fault)
        {
            return fault;
        }
        if (await github.FindAsync(issuerOfIt, address.Owner, address.Repository, Cancel) is not { } ids)
        {
            return "GitHub did not tell them: the repository is private, or GitHub cannot be reached from here. Type them, or leave them empty; the first accepted token will bring them.";
        }
        (Values[GitHubTemplate.RepositoryId], Values[GitHubTemplate.OwnerId]) = (ids.RepositoryId, ids.OwnerId);
        return "GitHub told both ids.";
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var draft = Template!.Draft(Values);
        foreach (var (field, fault) in draft.Faults)
        {
            ModelState.AddModelError(Key(field), fault);
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        var made = "";
        if (await TryAsync(async () => made = (await ServiceAccountEndpoints.Create(Id, draft.Input, Caller, Accounts, identities, callers, Cancel)).Value!.Id))
        {
            return Done($"{AccountUrl}/identities/{made}", "The identity was made. Put the part below into the workflow.");
        }
        IdentityFaults.Place(ModelState, [.. Fields()], Key);
        return Page();
    }

    private IEnumerable<string> Fields() => Template is null ? []
        : [.. Template.Fields.Select(field => field.Name), TemplateField.Title, TemplateField.MoreConditions, TemplateField.Minutes, TemplateField.NamesWillDo];

    private IdentityPreview Look()
    {
        var draft = Template!.Draft(Values);
        IReadOnlyList<string> faults = [.. draft.Faults.Values];
        OidcIdentity? identity = null;
        if (faults.Count == 0)
        {
            try
            {
                identity = OidcIdentityRules.Apply(draft.Input, null, Account.Id, clock.GetUtcNow(), trusted);
            }
            catch (ApiException refusal)
            {
                faults = refusal.Errors;
            }
        }
        return IdentityPreview.Of(Template, draft.Input, identity, faults, Account, issuer.ServerUri);
    }
}
