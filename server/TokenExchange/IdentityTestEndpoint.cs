using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

public static class IdentityTestEndpoint
{
    public static void MapIdentityTest(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/serviceaccounts/{userId}/oidcidentities/test", Test).WithTags("serviceaccounts").WithSummary("Tell which OIDC identity a token or a set of claims would match, check by check");

    internal static async Task<IdentityTestResult> Test(
        string userId, IdentityTestInput input, Caller caller, ServiceAccountStore accounts, IdentityTest test, CancellationToken cancel)
    {
        caller.Demand(Permission.UserView, AccessTarget.System);
        var account = await accounts.FindAsync(userId, cancel) ?? throw ApiException.NotFound("service account", userId);
        return await test.RunAsync(account, input, cancel);
    }
}
