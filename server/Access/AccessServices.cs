using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace OctoLogin.Access;

public static class AccessServices
{
    /// <summary>Every route needs a caller unless it says <c>AllowAnonymous</c>: forgetting to ask must not open a door.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, SessionTimes sessions)
    {
        // AddAuthentication would bring data protection, with keys in the home directory that nothing here uses.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = CallerAuthentication.SchemeName).AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, null);
        services.AddSingleton<IAuthorizationPolicyProvider, OnePolicy>().AddAuthorizationBuilder()
            // Without naming the scheme, which is the default: named, it would be asked a second time and its answers merged.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder()
                .RequireAssertion(call => call.User.Identity?.IsAuthenticated == true || LeadsNowhere(call.Resource)).Build());
        services.AddSingleton(sessions).AddSingleton<SessionCookie>().AddSingleton<SameOrigin>()
            .AddSingleton<ApiKeyUses>().AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
        return services.AddSingleton<CallerStore>().AddSingleton<AccessTokenVerifier>().AddSingleton<CallerCache>()
            .AddSingleton<UserRoleStore>().AddSingleton<ScopedUserRoleStore>().AddSingleton<TeamRoles>().AddSingleton<RolesOfUser>();
    }

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapUserRoles();
        routes.MapScopedUserRoles();
        routes.MapUserPermissions();
    }

    // A path without a route (404) or a method that it has not (405) is told as such to everybody.
    private static bool LeadsNowhere(object? resource) => resource is HttpContext context && context.GetEndpoint() is not RouteEndpoint;

    /// <summary>
    /// Not kept for each endpoint, as there is but the fallback: to keep it, the authorization middleware has every endpoint of the
    /// server made before the server listens.
    /// </summary>
    private sealed class OnePolicy(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options)
    {
        public override bool AllowsCachingPolicies => false;
    }
}
