using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Portal.Home;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Refusals;

public sealed class DetailsModel(TokenExchange.Refusals refusals, ServiceAccountStore accounts, IdentityTest test) : PortalPage
{
    private const string IdPrefix = "Events-";

    [FromRoute]
    public required string EventId { get; set; }

    public required RefusalDetails Refusal { get; set; }
    public required RefusalCause Cause { get; set; }
    public bool IsProven => RefusalProof.IsProven(Refusal.Cause);

    /// <summary>What the job was told.</summary>
    public string? Told { get; private set; }

    /// <summary>The GUID that it named.</summary>
    public string? Audience { get; private set; }

    /// <summary>What the audit has of the identity that was closest, as it was then; null: none was compared.</summary>
    public IReadOnlyList<ShownCheck>? Recorded { get; private set; }
    public JsonElement? Claims { get; private set; }

    /// <summary>Null: it is gone, or none was named, or the viewer may not see accounts.</summary>
    public ServiceAccount? Account { get; private set; }

    /// <summary>What the account's identities say of the claims now; the times and the signature are not looked at again.</summary>
    public IdentityTestResult? Now { get; private set; }
    public string? MakeUrl { get; private set; }

    /// <summary>Null: the account is not known, or the viewer may not try tokens against it.</summary>
    public string? TestUrl => Account is null ? null : $"{ServiceAccountPage.UrlOf(Account.Id)}/test-token";

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.EventView, AccessTarget.System);
        Refusal = (EventId.StartsWith(IdPrefix, StringComparison.OrdinalIgnoreCase) && long.TryParse(EventId.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await refusals.FindAsync(number, Cancel) : null) ?? throw ApiException.NotFound("refused login", EventId);
        Cause = RefusalCause.Of(Refusal.Cause ?? "");
        var details = JsonElement.Parse(Refusal.Details);
        (Told, Audience) = (OidcIdentity.Text(details, "told"), OidcIdentity.Text(details, "audience"));
        Recorded = details.TryGetProperty("checks", out var checks) ? [.. checks.EnumerateArray().Select(Read)] : null;
        Claims = details.TryGetProperty("claims", out var claims) && claims.ValueKind == JsonValueKind.Object ? RecordedClaims.Restore(claims) : null;
        Account = Refusal.UserId is { } userId && May(Permission.UserView) ? await accounts.FindAsync(userId, Cancel) : null;
        if (Account is not null && Claims is { } presented)
        {
            Now = await test.RunAsync(Account, new(null, presented), Cancel);
            MakeUrl = RefusalProof.CanBeMended(Refusal.Cause) && May(Permission.UserEdit) && Now.MatchingIdentityId is null ? PresentedIdentity.Of(Account, presented)?.Url : null;
        }
    }

    private static ShownCheck Read(JsonElement check) => new(
        OidcIdentity.Text(check, "part") ?? "", check.TryGetProperty("passed", out var passed) && passed.ValueKind == JsonValueKind.True,
        OidcIdentity.Text(check, "expected"), OidcIdentity.Text(check, "actual"), null);
}
