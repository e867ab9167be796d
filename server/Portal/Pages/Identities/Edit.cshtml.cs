using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal.Pages.Identities;

public sealed class EditModel(
    ServiceAccountStore accounts, OidcIdentityStore store, OidcIdentities identities, AccessTokenRevocation revocation, CallerStore callers, IssuerOptions issuer) : ServiceAccountPage(accounts)
{
    [FromRoute]
    public required string IdentityId { get; set; }

    [BindProperty]
    public IdentityFields Input { get; set; } = new();

    public required OidcIdentity Present { get; set; }
    public string IdentityUrl => $"{AccountUrl}/identities/{Present.Id}";

    /// <summary>Null: they cannot be written as lines, and stay as they are.</summary>
    public string? ConditionLines => ConditionText.Lines(Present.Conditions);

    public IdentityPreview Preview => IdentityPreview.Of(IdentityTemplate.Of(Present.Issuer), new() { Subject = Present.Subject, GitHub = Repository() }, Present, [], Account, issuer.ServerUri);

    protected override async Task LoadAsync()
    {
        if (!HttpMethods.IsGet(Request.Method))
        {
            await ServiceAccountEndpoints.ControlledAsync(Id, Caller, Accounts, callers, Cancel);
        }
        Present = await store.FindAsync(Account.Id, IdentityId, Cancel) ?? throw ApiException.NotFound("OIDC identity", IdentityId);
    }

    public void OnGet() => Input = new()
    {
        Name = Present.Name,
        Issuer = Present.Issuer,
        Subject = Present.Subject,
        Audience = Present.Audience ?? "",
        Conditions = ConditionLines ?? "",
        Minutes = (Present.TokenLifetimeSeconds / 60.0).ToString("0.##", CultureInfo.InvariantCulture),
        AllowReuse = Present.AllowReuse,
        Repository = $"{Present.GithubOwner}/{Present.GithubRepository}",
        Runs = Present.GithubFilterType?.ToString() ?? "",
        Filter = Present.GithubFilterValue ?? "",
        RepositoryId = Present.GithubRepositoryId ?? "",
        OwnerId = Present.GithubRepositoryOwnerId ?? "",
    };

    public async Task<IActionResult> OnPostAsync()
    {
        var (conditions, fault) = ConditionText.ReadLines(Input.Conditions);
        if (fault is not null)
        {
            ModelState.AddModelError("Input.Conditions", fault);
        }
        if (!double.TryParse(Input.Minutes, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) || minutes > 720)
        {
            ModelState.AddModelError("Input.Minutes", $"'{Printable.Of(Input.Minutes, 20)}' is no number of minutes from 1 to 720 (12 hours).");
        }
        var input = new OidcIdentityInput
        {
            Name = Input.Name,
            Issuer = Input.Issuer,
            Subject = Present.IsGitHub ? null : Input.Subject,
            Audience = Input.Audience,
            Conditions = ConditionLines is null ? null : conditions,
            TokenLifetime = (int)Math.Round(minutes * 60),
            AllowReuse = Input.AllowReuse,
            AllowMutableNames = Input.NamesWillDo ? true : null,
            GitHub = Present.IsGitHub ? ReadRepository() : null,
        };
        if (await TryAsync(() => ServiceAccountEndpoints.Update(Id, Present.Id, input, Caller, Accounts, identities, callers, Cancel)))
        {
            return Done(IdentityUrl, "The identity was saved. Access tokens that it gave before no longer work.");
        }
        Response.StatusCode = StatusCodes.Status400BadRequest;
        IdentityFaults.Place(ModelState, [.. typeof(IdentityFields).GetProperties().Select(property => property.Name)], field => $"Input.{field}");
        return Page();
    }

    public async Task<IActionResult> OnPostEndTokensAsync() =>
        await TryAsync(() => ServiceAccountEndpoints.RevokeTokens(Id, Present.Id, Caller, Accounts, revocation, callers, Cancel))
            ? Done(IdentityUrl, $"All access tokens of {Present.Name} were ended; new logins go on.")
            : Page();

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Present.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Present.Name));
        }
        if (await TryAsync(() => ServiceAccountEndpoints.Delete(Id, Present.Id, Caller, Accounts, identities, callers, Cancel)))
        {
            return Done(AccountUrl, $"The identity {Present.Name} was deleted.");
        }
        OnGet();
        return Page();
    }

    private GitHubInput? Repository() => !Present.IsGitHub ? null : new(
        Present.GithubOwner, Present.GithubRepository, Present.GithubFilterType, Present.GithubFilterValue, Present.GithubRepositoryId, Present.GithubRepositoryOwnerId);

    private GitHubInput ReadRepository()
    {
        var address = GitHubAddress.TryParse(Input.Repository ?? "");
        if (address is null)
        {
            ModelState.AddModelError("Input.Repository", "This is no address of a GitHub repository. Write owner/name, or copy the address of any of its pages.");
        }
        var type = Enum.TryParse<GitHubFilterType>(Input.Runs, out var chosen) && Enum.IsDefined(chosen) ? chosen : Present.GithubFilterType;
        return new(address?.Owner, address?.Repository, type, Input.Filter, Input.RepositoryId, Input.OwnerId);
    }
}

public sealed record IdentityFields
{
    public string? Name { get; init; }
    public string? Issuer { get; init; }
    public string? Subject { get; init; }
    public string? Audience { get; init; }
    public string? Conditions { get; init; }
    public string? Minutes { get; init; }
    public bool AllowReuse { get; init; }
    public bool NamesWillDo { get; init; }
    public string? Repository { get; init; }
    public string? Runs { get; init; }
    public string? Filter { get; init; }
    public string? RepositoryId { get; init; }
    public string? OwnerId { get; init; }
}
