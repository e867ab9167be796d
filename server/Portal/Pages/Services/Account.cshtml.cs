using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Services;

public sealed class AccountModel(
    ServiceAccountStore accounts, ServiceAccountOverviews overviews, UserStore users, TokensOfAccount tokens, RolesOfUser roles, AuditLog audit, IssuerOptions issuer,
    ApiKeyStore keys, AccessTokenRevocation revocation, AccessTokenById byId, CallerStore callers, TimeProvider clock) : ServiceAccountPage(accounts)
{
    public string DisplayName { get; private set; } = "";
    public IReadOnlyList<UsedIdentity> Identities { get; private set; } = [];
    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];
    public IReadOnlyList<LiveToken> Tokens { get; private set; } = [];

    /// <summary>Null: the viewer may not see teams.</summary>
    public IReadOnlyList<HeldRole>? Roles { get; private set; }

    /// <summary>Null: the viewer may not see the audit.</summary>
    public IReadOnlyList<AuditRow>? Events { get; private set; }
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public string ServerUri => issuer.ServerUri;

    public async Task OnGetAsync()
    {
        DisplayName = (await users.FindAsync(Account.Id, Cancel))?.DisplayName ?? "";
        Identities = await overviews.IdentitiesOfAsync(Account.Id, Cancel);
        Keys = await keys.ListAsync(Account.Id, Cancel);
        Tokens = Account.IsActive ? await tokens.ListAsync(Account.Id, Cancel) : [];
        Roles = May(Permission.TeamView) ? await roles.ListAsync(Account.Id, Caller, Cancel) : null;
        Events = May(Permission.EventView) ? (await audit.ListAsync(new AuditFilter(Users: [Account.Id]), null, new Page { Take = 20 }, Cancel)).Items : null;
    }

    public async Task<IActionResult> OnPostEndAllAsync() =>
        await EndedAsync(() => ServiceAccountEndpoints.RevokeTokensOfAccount(Id, Caller, Accounts, revocation, callers, Cancel),
            $"All access tokens of {Account.Username} were ended; new logins go on.");

    public async Task<IActionResult> OnPostEndAsync(string? token) =>
        await EndedAsync(() => AccessTokenEndpoints.Revoke(token ?? "", Caller, byId, Cancel), "The access token was ended.");

    private async Task<IActionResult> EndedAsync(Func<Task> end, string done)
    {
        if (await TryAsync(end))
        {
            return Done($"{AccountUrl}#tokens", done);
        }
        await OnGetAsync();
        return Page();
    }
}
