using OctoLogin.Access;

namespace OctoLogin.OpenIdProvider;

/// <summary>The issuer page's question; what the answer tells of our network is an administrator's to know.</summary>
public static class OwnIssuerEndpoints
{
    public static void MapOwnIssuer(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/issuer/check", Check).WithTags("issuers").WithSummary("Read this server's own issuer at its public URL, as a cloud would");

    internal static Task<OwnIssuerReport> Check(Caller caller, OwnIssuerCheck check, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return check.RunAsync(null, cancel);
    }
}
