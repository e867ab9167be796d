using System.Text.Json;
using OctoLogin.Access;

namespace OctoLogin.OpenIdProvider;

/// <summary>
/// OpenID Connect Discovery 1.0 section 3 and our JWKS, from memory: they answer while the database is down.
/// </summary>
public static class DiscoveryEndpoints
{
    public static IServiceCollection AddOpenIdProvider(this IServiceCollection services, IssuerOptions options) => services
        .AddSingleton(options)
        .AddSingleton(new SigningDuties([.. SigningKeyUse.All]))
        .AddSingleton<SigningKeyStore>()
        .AddSingleton<SigningKeyRing>()
        .AddSingleton<SigningKeyRotation>()
        .AddSingleton<IdTokenSigner>()
        .AddSingleton<OwnIssuerCheck>()
        .AddSingleton<SigningKeyUpkeep>()
        .AddHostedService(provider => provider.GetRequiredService<SigningKeyUpkeep>());

    public static void MapOpenIdProvider(this IEndpointRouteBuilder routes)
    {
        var document = Document(routes.ServiceProvider.GetRequiredService<IssuerOptions>());
        var ring = routes.ServiceProvider.GetRequiredService<SigningKeyRing>();
        // Every cloud asks, so nothing looks for a caller first, and nothing is counted: that takes as long as the answer.
        routes.MapGet("/.well-known/openid-configuration", document.WriteAsync)
            .WithName("Discovery").WithTags("token").WithSummary("What clouds and clients need to know of this issuer (OpenID Connect Discovery)").AllowAnonymous().DisableHttpMetrics().ShortCircuit();
        routes.MapGet("/.well-known/jwks", context => ring.Jwks().WriteAsync(context))
            .WithName("Jwks").WithTags("token").WithSummary("The public keys that verify our tokens").AllowAnonymous().DisableHttpMetrics().ShortCircuit();
    }

    private static PublicDocument Document(IssuerOptions options) => new(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["issuer"] = options.ServerUri,
        ["token_endpoint"] = options.TokenEndpoint,
        ["revocation_endpoint"] = options.RevocationEndpoint,
        ["introspection_endpoint"] = options.IntrospectionEndpoint,
        ["jwks_uri"] = options.JwksUri,
        ["grant_types_supported"] = new[] { "urn:ietf:params:oauth:grant-type:token-exchange" },
        // Nothing here has an authorization endpoint; relying parties expect the member to be there.
        ["response_types_supported"] = new[] { "id_token" },
        ["subject_types_supported"] = new[] { "public" },
        // OpenID Connect Discovery section 3 wants RS256 there. Access tokens are ES256; relying parties find that in the key.
        ["id_token_signing_alg_values_supported"] = new[] { SigningKeyUse.IdTokens.Algorithm },
        ["token_endpoint_auth_methods_supported"] = new[] { "none" },
        ["revocation_endpoint_auth_methods_supported"] = new[] { "none" },
        ["claims_supported"] = new[] { "iss", "aud", "sub", "client_id", "iat", "nbf", "exp", "jti", "scope" },
        // Words that narrow a token; also space:ID, project:ID, environment:ID.
        ["scopes_supported"] = Enum.GetNames<Permission>(),
    }));
}
