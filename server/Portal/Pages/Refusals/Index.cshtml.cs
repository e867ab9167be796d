using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Access;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Refusals;

public sealed class IndexModel(TokenExchange.Refusals refusals) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "cause")]
    public string? Cause { get; set; }

    /// <summary>A service account's user Id.</summary>
    [BindProperty(SupportsGet = true, Name = "account")]
    public string? AccountId { get; set; }

    /// <summary>A correlation id.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "before")]
    public long? Before { get; set; }

    public IReadOnlyList<RefusalGroup> Groups { get; private set; } = [];
    public IReadOnlyList<Refusal> List { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);
    public bool IsFiltered => !string.IsNullOrEmpty(Cause) || !string.IsNullOrEmpty(AccountId) || !string.IsNullOrWhiteSpace(Text);

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.EventView, AccessTarget.System);
        var filter = new RefusalFilter(Given(Cause), Given(AccountId), Given(Text?.Trim()));
        var found = await refusals.ListAsync(filter, Before, Take + 1, Cancel);
        List = [.. found.Take(Take)];
        Pager = new(Before is null ? null : UrlOf(Cause, AccountId, text: Text), found.Count > Take ? UrlOf(Cause, AccountId, List[^1].Number, Text) : null, "Newest", "Older");
        Groups = IsFiltered || Before is not null ? [] : await refusals.GroupAsync(12, Cancel);
    }

    public static string UrlOf(string? cause, string? accountId, long? before = null, string? text = null) => QueryHelpers.AddQueryString("/app/refusals", new Dictionary<string, string?>
    {
        ["cause"] = Given(cause), ["account"] = Given(accountId), ["q"] = Given(text?.Trim()), ["before"] = before?.ToString(System.Globalization.CultureInfo.InvariantCulture),
    });

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
