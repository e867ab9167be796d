using System.IdentityModel.Tokens.Jwt;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>Why a cloud does not take a token, before it looks at audience and subject.</summary>
public enum TokenFault { Malformed, Algorithm, Unreachable, Discovery, UnknownKey, WeakKey, Signature, ClaimType, NotYetValid, Expired, TooLong }

public sealed class TokenRefused(TokenFault fault, string why) : Exception(why)
{
    public TokenFault Fault { get; } = fault;
}

/// <summary>A token whose signature, types and times are right.</summary>
public sealed record VerifiedToken(JsonElement Claims)
{
    public string Issuer => Claims.GetProperty("iss").GetString()!;
    public string Subject => Claims.GetProperty("sub").GetString()!;
    public string Audience => Claims.GetProperty("aud").GetString()!;
}

/// <summary>
/// What each cloud does with a stranger's token first. The keys come from the issuer's discovery document over the network and from
/// nowhere else, each time anew; the signature is Microsoft.IdentityModel's to judge. It forgives clocks nothing.
/// </summary>
public sealed class RelyingParty(HttpClient network, TimeProvider clock)
{
    /// <summary>What clouds take at most; longer ones were made for something else.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    /// <summary>How far this cloud's clock is ahead of the issuer's.</summary>
    public TimeSpan ClockError { get; set; }

    public DateTimeOffset Now => clock.GetUtcNow() + ClockError;

    /// <summary>The <c>iss</c> of a token that is not verified yet.</summary>
    public static string IssuerOf(string jwt) => Json(jwt, 1).TryGetProperty("iss", out var issuer) && issuer.ValueKind == JsonValueKind.String
        ? issuer.GetString()! : throw new TokenRefused(TokenFault.ClaimType, "iss is no text");

    /// <param name="issuer">Whom the cloud trusts.</param>
    public async Task<VerifiedToken> VerifyAsync(string jwt, string issuer)
    {
        var (header, claims) = (Json(jwt, 0), Json(jwt, 1));
        CheckHeader(header);
        var discovery = await DiscoverAsync(issuer);
        var key = KeyOf(discovery, header.GetProperty("kid").GetString()!);
        CheckSignature(jwt, issuer, key);
        CheckTypes(claims);
        CheckTimes(claims);
        return new(claims);
    }

    private static JsonElement Json(string jwt, int part)
    {
        var parts = jwt.Split('.');
        try
        {
            var json = parts.Length == 3 ? JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(parts[part]), new() { AllowDuplicateProperties = false }).RootElement : default;
            return json.ValueKind == JsonValueKind.Object ? json : throw new TokenRefused(TokenFault.Malformed, "not a JWT");
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            throw new TokenRefused(TokenFault.Malformed, "not a JWT");
        }
    }

    private static void CheckHeader(JsonElement header)
    {
        if (Text(header, "alg") != "RS256")
        {
            throw new TokenRefused(TokenFault.Algorithm, $"alg is {Text(header, "alg")}, which is not RS256");
        }
        if (Text(header, "typ") != "JWT" || Text(header, "kid") is not { Length: > 0 } || header.TryGetProperty("crit", out _))
        {
            throw new TokenRefused(TokenFault.Malformed, "the header must have typ JWT and a kid, and nothing critical");
        }
    }

    private async Task<OpenIdConnectConfiguration> DiscoverAsync(string issuer)
    {
        OpenIdConnectConfiguration discovery;
        try
        {
            discovery = await new ConfigurationManager<OpenIdConnectConfiguration>($"{issuer}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever(network)).GetConfigurationAsync(default);
        }
        catch (Exception fault)
        {
            throw new TokenRefused(TokenFault.Unreachable, fault.InnerException?.Message ?? fault.Message);
        }
        return discovery.Issuer == issuer && discovery.JwksUri?.StartsWith("https://", StringComparison.Ordinal) == true
            && discovery.IdTokenSigningAlgValuesSupported.Contains("RS256") && discovery.ResponseTypesSupported.Contains("id_token") && discovery.SubjectTypesSupported.Contains("public")
            && discovery.JsonWebKeySet.Keys.Count is > 0 and <= 4 && discovery.JsonWebKeySet.Keys.All(key => key.D is null && key.X5c.Count == 0)
            ? discovery : throw new TokenRefused(TokenFault.Discovery, "the discovery document or the JWKS is not as it must be");
    }

    private static RsaSecurityKey KeyOf(OpenIdConnectConfiguration discovery, string kid)
    {
        var key = discovery.JsonWebKeySet.Keys.SingleOrDefault(key => key.Kid == kid) ?? throw new TokenRefused(TokenFault.UnknownKey, $"no key has the kid {kid}");
        if (key.Kty != "RSA" || key.Use != "sig" || key.Alg is not (null or "RS256"))
        {
            throw new TokenRefused(TokenFault.UnknownKey, $"the key {kid} is not one for RS256 signatures");
        }
        var rsa = new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes(key.N), Exponent = Base64UrlEncoder.DecodeBytes(key.E) };
        // Its cache would verify by the key that another issuer of the same test run has under the same name.
        return rsa.Modulus.Length >= 2048 / 8 ? new(rsa) { KeyId = kid, CryptoProviderFactory = new() { CacheSignatureProviders = false } } : throw new TokenRefused(TokenFault.WeakKey, $"the key {kid} has {rsa.Modulus.Length * 8} bits");
    }

    private static void CheckSignature(string jwt, string issuer, SecurityKey key)
    {
        try
        {
            new JwtSecurityTokenHandler { MapInboundClaims = false }.ValidateToken(jwt, new TokenValidationParameters
            {
                ValidIssuer = issuer, IssuerSigningKey = key, RequireSignedTokens = true, RequireExpirationTime = true,
                // Each cloud has words of its own for these.
                ValidateAudience = false, ValidateLifetime = false,
            }, out _);
        }
        catch (Exception fault) when (fault is SecurityTokenException or ArgumentException)
        {
            throw new TokenRefused(TokenFault.Signature, fault.Message);
        }
    }

    private static void CheckTypes(JsonElement claims)
    {
        foreach (var name in (string[])["iss", "sub", "aud", "jti"])
        {
            if (Text(claims, name) is not { Length: > 0 })
            {
                throw new TokenRefused(TokenFault.ClaimType, $"{name} must be a text");
            }
        }
        foreach (var name in (string[])["iat", "nbf", "exp"])
        {
            if (!claims.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out _))
            {
                throw new TokenRefused(TokenFault.ClaimType, $"{name} must be a whole number");
            }
        }
    }

    private void CheckTimes(JsonElement claims)
    {
        DateTimeOffset At(string name) => DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty(name).GetInt64());
        if (At("exp") <= Now)
        {
            throw new TokenRefused(TokenFault.Expired, $"expired at {At("exp"):u}, it is {Now:u}");
        }
        if (At("nbf") > Now || At("iat") > Now)
        {
            throw new TokenRefused(TokenFault.NotYetValid, $"valid from {At("nbf"):u}, issued at {At("iat"):u}, it is {Now:u}");
        }
        if (At("exp") - At("iat") > LongestLife)
        {
            throw new TokenRefused(TokenFault.TooLong, $"made for {At("exp") - At("iat")}");
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
