using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal;

/// <summary>A page below one service account; whoever may see identities at the API may see it.</summary>
public abstract class ServiceAccountPage(ServiceAccountStore accounts) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    public required ServiceAccount Account { get; set; }

    protected ServiceAccountStore Accounts { get; } = accounts;

    public bool MayEdit => May(Permission.UserEdit);

    public string AccountUrl => UrlOf(Account.Id);

    public static string UrlOf(string accountId) => $"{PortalServices.Root}/service-accounts/{Uri.EscapeDataString(accountId)}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Caller.Demand(Permission.UserView, AccessTarget.System);
        Account = await ServiceAccountEndpoints.FindAsync(Id, Accounts, Cancel);
        await LoadAsync();
        await next();
    }

    /// <summary>What the page needs besides the account, whatever is done.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;
}

/// <summary>One check of an identity or of a token, as pages show it.</summary>
public sealed record ShownCheck(string Part, bool Passed, string? Expected, string? Actual, string? Explanation)
{
    public static ShownCheck Of(TestCheck check) => new(check.Check, check.Passed, check.Expected, check.Actual, check.Explanation);
}

/// <param name="Caption">For readers who do not see what is around the table.</param>
public sealed record ShownChecks(string Caption, IReadOnlyList<ShownCheck> Checks);

/// <param name="Caption">Of the table.</param>
/// <param name="Claims">Name and value as text.</param>
public sealed record ShownClaims(string Caption, IReadOnlyList<(string Name, string Value)> Claims)
{
    /// <param name="claims">A JSON object, of a stranger.</param>
    public static ShownClaims Of(string caption, System.Text.Json.JsonElement claims) => new(caption, [.. claims.EnumerateObject().Select(claim =>
        (Printable.Of(claim.Name, 100), Printable.Of(claim.Value.ValueKind == System.Text.Json.JsonValueKind.String ? claim.Value.GetString() : claim.Value.GetRawText(), 500)))]);
}
