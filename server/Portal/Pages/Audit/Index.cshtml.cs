using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.TokenExchange;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Audit;

public sealed class IndexModel(AuditLog audit, UserStore users, IssuerSettingsStore issuers) : PortalPage
{
    private const int Take = 50;
    private const int Suggested = 50;

    /// <summary>More issuers than these are no answer to what was typed.</summary>
    private const int MostIssuers = 100;

    [BindProperty(SupportsGet = true)]
    public AuditFields Input { get; set; } = new();

    [BindProperty(SupportsGet = true, Name = "before")]
    public long? Before { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public long? After { get; set; }

    public IReadOnlyList<AuditRow> Events { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    /// <summary>Outcomes first, each of several categories; then every single one.</summary>
    public IReadOnlyList<SelectListItem> Categories { get; } =
    [
        new("All", ""),
        .. AuditCategories.Outcomes.Select(outcome => new SelectListItem($"{outcome.Name}: {string.Join(", ", outcome.Categories.Select(NameOf)).ToLowerInvariant()}", outcome.Id)),
        .. AuditCategories.All.OrderBy(category => category.Name, StringComparer.Ordinal).Select(category => new SelectListItem(category.Name, category.Id)),
    ];

    /// <summary>Of the issuers that are known, the first few to choose from; any can be typed. Null: the caller may not see issuers.</summary>
    public IReadOnlyList<string>? Issuers { get; private set; }
    public bool IsFiltered => Input.Values().Count > 0;

    /// <summary>The API's address for what is shown here; null: the filter is wrong.</summary>
    public string? ExportUrl(string format) => filter is null ? null : QueryHelpers.AddQueryString("/api/events/export", Query(filter).Append(new("format", format)));

    private AuditFilter? filter;

    public async Task OnGetAsync()
    {
        var seen = AuditEndpoints.SeenSpaces(Caller, null);
        if (May(Permission.UserView))
        {
            Issuers = [.. (await issuers.ListAsync(new Page { Take = Suggested }, Cancel)).Items.Select(one => one.Settings.Issuer)];
        }
        await TryAsync(async () =>
        {
            filter = await FilterAsync();
            var found = await audit.NextAsync(filter, seen, new AuditPlace(Before, After), Take + 1, Cancel);
            var more = found.Count > Take;
            Events = !more ? found : After is null ? [.. found.Take(Take)] : [.. found.Skip(1)];
            Pager = new(
                Events.Count > 0 && (After is null ? Before is not null : more) ? UrlOf("after", Events[0].Number) : null,
                Events.Count > 0 && (After is not null || more) ? UrlOf("before", Events[^1].Number) : null, "Newer", "Older");
        });
    }

    public string CategoryName(string category) => NameOf(category);

    private async Task<AuditFilter> FilterAsync()
    {
        var validation = new Validation();
        var made = new AuditFilter(
            AuditQuery.Time(Input.From, "From", validation), AuditQuery.Time(Input.To, "To", validation),
            Input.Who is { Length: > 0 } who ? [await IdOfAsync(who.Trim())] : null, CategoriesOf(Input.Category), One(Input.Regarding), await IssuersAsync(validation));
        validation.ThrowIfAny();
        return made;
    }

    /// <summary>An Id, also of an account that is gone, or the name of one that is there; who is neither did nothing.</summary>
    private async Task<string> IdOfAsync(string who) =>
        who.StartsWith("Users-", StringComparison.Ordinal) ? who : (await users.FindByNameAsync(who, Cancel))?.Id ?? who;

    private static string[]? CategoriesOf(string? chosen) => AuditCategories.Outcomes.FirstOrDefault(outcome => outcome.Id == chosen?.Trim())?.Categories ?? One(chosen);

    /// <summary>An Id; an issuer's URL, also of one that is not known any more; or a part of the URLs of known ones.</summary>
    private async Task<string[]?> IssuersAsync(Validation validation)
    {
        if (One(Input.Issuer) is not [var text] || text.StartsWith("Issuers-", StringComparison.Ordinal))
        {
            return One(Input.Issuer);
        }
        var exact = IssuerSettings.IdOf(text);
        if (Issuers is null || await issuers.FindByIdAsync(exact, Cancel) is not null)
        {
            return [exact];
        }
        var known = await issuers.ListAsync(new Page { Take = MostIssuers, PartialName = text }, Cancel);
        validation.Check(known.Total <= MostIssuers, $"Issuer '{Printable.Of(text, 100)}' is a part of {known.Total} issuers' URLs, more than {MostIssuers}; type more of it.");
        return [exact, .. known.Items.Select(one => one.Settings.Id)];
    }

    private static string NameOf(string category) => AuditCategories.All.FirstOrDefault(known => known.Id == category)?.Name ?? category;

    private static string[]? One(string? text) => string.IsNullOrWhiteSpace(text) ? null : [text.Trim()];

    private string UrlOf(string name, long number) =>
        QueryHelpers.AddQueryString("/app/audit", Input.Values().Append(new(name, number.ToString(CultureInfo.InvariantCulture))));

    private static string? List(string[]? values) => values is null ? null : string.Join(',', values);

    private static IEnumerable<KeyValuePair<string, string?>> Query(AuditFilter filter) => ((KeyValuePair<string, string?>[])
    [
        new("from", filter.From?.ToString("O")), new("to", filter.To?.ToString("O")), new("users", List(filter.Users)), new("eventCategories", List(filter.Categories)),
        new("regarding", List(filter.Regarding)), new("issuers", List(filter.Issuers)),
    ]).Where(one => one.Value is not null);
}

/// <summary>What the list is filtered by, as it stands in the address.</summary>
public sealed record AuditFields
{
    /// <summary>An account's name or Id.</summary>
    public string? Who { get; set; }

    /// <summary>A category's or an outcome's Id.</summary>
    public string? Category { get; set; }

    /// <summary>An issuer's URL, a part of it, or its Id.</summary>
    public string? Issuer { get; set; }

    /// <summary>A document's Id.</summary>
    public string? Regarding { get; set; }
    public string? From { get; set; }
    public string? To { get; set; }

    public IReadOnlyList<KeyValuePair<string, string?>> Values() =>
    [
        .. ((KeyValuePair<string, string?>[])
        [
            new("Input.Who", Who), new("Input.Category", Category), new("Input.Issuer", Issuer), new("Input.Regarding", Regarding), new("Input.From", From), new("Input.To", To),
        ]).Where(one => !string.IsNullOrWhiteSpace(one.Value)),
    ];
}
