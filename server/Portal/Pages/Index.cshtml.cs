using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Portal.Home;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Portal.Pages;

public sealed class IndexModel(LoginCounts counts, Attention attention, IdentityReview identities, TimeProvider clock) : PortalPage
{
    /// <summary>What a view counts by itself: the events since somebody looked, unless there were many.</summary>
    private const int MostToCount = 5000;

    [BindProperty(SupportsGet = true, Name = "by")]
    public string? By { get; set; }

    /// <summary>Null: the caller may not see the server's events.</summary>
    public LoginHistory? Logins { get; private set; }
    public IReadOnlyList<AttentionItem> Attention { get; private set; } = [];

    /// <summary>Null: all was done, or the caller may not do it.</summary>
    public FirstThings? First { get; private set; }

    public async Task OnGetAsync()
    {
        await counts.CountAsync(MostToCount, Cancel);
        if (May(Permission.EventView))
        {
            var (now, byDay) = (clock.GetUtcNow(), By == "day");
            Logins = LoginHistory.Of(await counts.ListAsync(LoginHistory.Since(now, byDay), Cancel), now, byDay);
        }
        if (May(Permission.UserEdit) && await identities.FirstThingsAsync(Cancel) is { HasLogin: false } first)
        {
            First = first;
        }
        Attention = await attention.ListAsync(Caller, Logins, Cancel);
    }
}
