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

    [BindProperty(SupportsGet = true)]
    public AuditFields Input { get; set; } = new();

    [BindProperty(SupportsGet = true, Name = "before")]
    public long? Before { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public long? After { get; set; }

    public IReadOnlyList<AuditRow> Events { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public IReadOnlyList<SelectListItem> Categories { get; } =
        [new("All", ""), .. AuditCategories.All.OrderBy(category => category.Name, StringComparer.Ordinal).Select(category => new SelectListItem(category.Name, category.Id))];

    /// <summary>Empty: the caller may not see issuers.</summary>
    public IReadOnlyList<SelectListItem> Issuers { get; private set; } = [];
    public bool IsFiltered => Input.Values().Count > 0;

    /// <summary>The API's address for what is shown here; null: the filter is wrong.</summary>
    public string? ExportUrl(string format) => filter is null ? null : QueryHelpers.AddQueryString("/api/events/export", Query(filter).Append(new("format", format)));

    private AuditFilter? filter;

    public async Task OnGetAsync()
    {
        var seen = AuditEndpoints.SeenSpaces(Caller, null);
        if (May(Permission.UserView))
        {
            var known = await issuers.ListAsync(new Page { Take = 200 }, Cancel);
            Issuers = [new("All", ""), .. known.Items.Select(one => new SelectListItem(one.Settings.Issuer, one.Settings.Id))];
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

    public string CategoryName(string category) => AuditCategories.All.FirstOrDefault(known => known.Id == category)?.Name ?? category;

    private async Task<AuditFilter> FilterAsync()
    {
        var validation = new Validation();
        var made = new AuditFilter(
            AuditQuery.Time(Input.From, "From", validation), AuditQuery.Time(Input.To, "To", validation),
            Input.Who is { Length: > 0 } who ? [await IdOfAsync(who.Trim())] : null, One(Input.Category), One(Input.Regarding), One(Input.Issuer));
        validation.ThrowIfAny();
        return made;
    }

    /// <summary>An Id, also of an account that is gone, or the name of one that is there; who is neither did nothing.</summary>
    private async Task<string> IdOfAsync(string who) =>
        who.StartsWith("Users-", StringComparison.Ordinal) ? who : (await users.FindByNameAsync(who, Cancel))?.Id ?? who;

    private static string[]? One(string? text) => string.IsNullOrWhiteSpace(text) ? null : [text.Trim()];

    private string UrlOf(string name, long number) =>
        QueryHelpers.AddQueryString("/app/audit", Input.Values().Append(new(name, number.ToString(CultureInfo.InvariantCulture))));

    private static IEnumerable<KeyValuePair<string, string?>> Query(AuditFilter filter) => ((KeyValuePair<string, string?>[])
    [
        new("from", filter.From?.ToString("O")), new("to", filter.To?.ToString("O")), new("users", filter.Users?[0]), new("eventCategories", filter.Categories?[0]),
        new("regarding", filter.Regarding?[0]), new("issuers", filter.Issuers?[0]),
    ]).Where(one => one.Value is not null);
}

/// <summary>What the list is filtered by, as it stands in the address.</summary>
public sealed record AuditFields
{
    /// <summary>An account's name or Id.</summary>
    public string? Who { get; set; }
    public string? Category { get; set; }

    /// <summary>An issuer's Id.</summary>
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
