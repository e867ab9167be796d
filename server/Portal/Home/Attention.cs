using OctoLogin.Access;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Home;

/// <summary>One thing that somebody should look at.</summary>
/// <param name="Advice">What to do.</param>
/// <param name="Examples">The first of them, with the page of each.</param>
public sealed record AttentionItem(string Icon, string Title, string Advice, string LinkText, string Url, IReadOnlyList<(string Text, string Url)> Examples);

/// <summary>What needs attention, of what this caller may see.</summary>
public sealed class Attention(IdentityReview identities, SigningKeyStore keys, FailingIssuers issuers, IssuerOptions server, TimeProvider clock)
{
    public const int UnusedDays = 90;
    private const int Shown = 5;
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public async Task<IReadOnlyList<AttentionItem>> ListAsync(Caller caller, LoginHistory? logins, CancellationToken cancel)
    {
        var items = new List<AttentionItem>();
        items.AddRange((logins?.Refusals ?? []).Take(Shown).Select(one => Of(one.Cause, one.Logins, logins!.ByDay)));
        var (users, administers) = (caller.May(Permission.UserView, AccessTarget.System), caller.May(Permission.AdministerSystem, AccessTarget.System));
        var failing = users || administers ? await issuers.ListAsync(cancel) : [];
        if (users)
        {
            items.AddRange(Failing(failing.Where(one => !one.IsProvider)));
            Add(items, await identities.WithWildcardsAsync(Shown, cancel), "alert-triangle", "with a wildcard in its subject", "with a wildcard in their subject",
                "Each lets in more than one workflow. Name the branch or environment instead, where that is enough.", identity => identity.Subject);
            Add(items, await identities.UnusedAsync(clock.GetUtcNow().AddDays(-UnusedDays), Shown, cancel), "clock", $"unused for {UnusedDays} days", $"unused for {UnusedDays} days",
                "What nobody uses only helps an attacker: delete them.", identity => identity.Name);
        }
        if (administers)
        {
            items.AddRange(FailingProvider(failing.Where(one => one.IsProvider)));
            items.AddRange(await RotationsAsync(cancel));
            if (server.CloudFault is { } fault)
            {
                items.Add(new("world", "Clouds cannot use this server as an issuer", fault, "Check the server's address", "/app/settings/server-address", []));
            }
        }
        return items;
    }

    private static AttentionItem Of(string cause, long logins, bool byDay)
    {
        var words = RefusalCause.Of(cause);
        return new("shield-x", $"{LoginHistory.Count(logins)} {(logins == 1 ? "login" : "logins")} refused in the last {(byDay ? $"{LoginHistory.Days} days" : $"{LoginHistory.Hours} hours")}: {Lower(words.Title)}",
            words.Advice, "See the refused logins", $"/app/refusals{(cause == RefusalCause.Untold ? "" : $"?cause={cause}")}", []);
    }

    private static IEnumerable<AttentionItem> Failing(IEnumerable<FailingIssuer> issuers)
    {
        var failing = issuers.ToList();
        if (failing.Count > 0)
        {
            yield return new("certificate", failing.Count == 1 ? "An issuer's keys cannot be fetched" : $"The keys of {failing.Count} issuers cannot be fetched",
                "Logins with their tokens fail once the keys that are remembered are a day old.", "See issuers and their errors", "/app/issuers",
                [.. failing.Take(Shown).Select(one => (Words(one), $"/app/issuers/{IssuerSettings.IdOf(one.Issuer)}"))]);
        }
    }

    private static IEnumerable<AttentionItem> FailingProvider(IEnumerable<FailingIssuer> failing) => failing.Take(1).Select(one => new AttentionItem(
        "certificate", "The identity provider's documents cannot be fetched", "Nobody can sign in with it, or only until what is remembered of it is a day old.",
        "Test it", "/app/settings/openid-connect?test=true", [(Words(one), "/app/settings/openid-connect")]));

    private static string Words(FailingIssuer one) => $"{one.Issuer}: {one.Reason}{(one.SeenBy is null ? "" : $" (seen by {one.SeenBy})")}";

    private async Task<IEnumerable<AttentionItem>> RotationsAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var set = new SigningKeySet(await keys.ListAsync(cancel), now);
        return SigningKeyUse.All.Select(use =>
        {
            var at = set.Next(use)?.ActiveFrom ?? set.Signing(use)?.ActiveFrom + SigningKeyRotation.SignsFor;
            return at is null || at - now > Soon ? null : new AttentionItem("key", $"The key of {use.Name.Replace('-', ' ')} changes {RelativeTimeOf(at.Value, now)}",
                use == SigningKeyUse.IdTokens
                    ? "Nothing is to be done where clouds fetch the keys. Where you uploaded them, upload the new set once the next key is published, a day before."
                    : "Nothing is to be done: whoever verifies access tokens finds the next key a day before.", "See signing keys", "/app/signing-keys", []);
        }).OfType<AttentionItem>();
    }

    private static string RelativeTimeOf(DateTimeOffset at, DateTimeOffset now) => at <= now ? "now" : TagHelpers.RelativeTime.Of(at, now);

    private static void Add(List<AttentionItem> items, IReadOnlyList<ReviewedIdentity> found, string icon, string one, string many, string advice, Func<ReviewedIdentity, string> text)
    {
        if (found is [var first, ..])
        {
            items.Add(new(icon, first.Total == 1 ? $"An identity {one}" : $"{LoginHistory.Count(first.Total)} identities {many}", advice, "See service accounts", "/app/service-accounts",
                [.. found.Select(identity => ($"{identity.Username}: {text(identity)}", $"/app/service-accounts/{identity.UserId}"))]));
        }
    }

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
