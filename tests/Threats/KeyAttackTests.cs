using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Row A6 of docs/threats.md: keys that an issuer publishes and that must verify nothing, each with a token that it signed.</summary>
public sealed class KeyAttackTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();
    private string audience = "";
    private int kids;

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        audience = (await server.AddTrustedAccountAsync()).Audience;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>Publishes the key alone, signs with it, and is told why it is not used.</summary>
    private async Task ShouldNotVerifyAsync(Dictionary<string, object?> jwk, string alg, Func<byte[], byte[]> sign, string fault)
    {
        jwk["kid"] = $"key-{++kids}";
        server.GitHub.Jwks = () => TestIssuer.JwksOf(jwk);
        // Keys are fetched for an unknown key id once in half a minute.
        server.Clock.Advance(TimeSpan.FromSeconds(31));
        var token = Attacks.Jws($$"""{"alg":"{{alg}}","kid":"{{jwk["kid"]}}"}""", server.GoodPayload(audience), sign);
        (await server.ShouldRefuseAsync(audience, token, fault)).ShouldContain($"which cannot be used: {fault}");
    }

    private static Func<byte[], byte[]> Rs256(RSA key) => input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static Dictionary<string, object?> With(Dictionary<string, object?> jwk, string name, object? value) => new(jwk) { [name] = value };

    [Fact]
    public async Task A6_a_key_for_something_else()
    {
        var key = server.GitHub.Key;
        var jwk = TestIssuer.JwkOf(key, "");
        await ShouldNotVerifyAsync(With(jwk, "use", "enc"), "RS256", Rs256(key), "its 'use' is not 'sig'");
        await ShouldNotVerifyAsync(With(jwk, "key_ops", new[] { "encrypt", "wrapKey" }), "RS256", Rs256(key), "its 'key_ops' do not include 'verify'");
        await ShouldNotVerifyAsync(With(jwk, "key_ops", "verify"), "RS256", Rs256(key), "its 'key_ops' do not include 'verify'");
        await ShouldNotVerifyAsync(With(jwk, "alg", "RS512"), "RS256", Rs256(key), "its 'alg' is not RS256");
        await ShouldNotVerifyAsync(With(jwk, "alg", "RSA-OAEP"), "RS256", Rs256(key), "its 'alg' is not RS256");
        await ShouldNotVerifyAsync(jwk, "PS256", input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss), "its 'alg' is not PS256");
        await ShouldNotVerifyAsync(With(jwk, "kty", "rsa"), "RS256", Rs256(key), "its 'kty' is neither RSA nor EC");
        await ShouldNotVerifyAsync(new() { ["kty"] = "oct", ["k"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ["alg"] = "RS256" }, "RS256", Rs256(key), "its 'kty' is neither RSA nor EC");
        await ShouldNotVerifyAsync(jwk, "ES256", input => Rs256(key)(input)[..64], "it is an RSA key, ES256 needs EC");
    }

    [Fact]
    public async Task A6_an_RSA_key_that_can_be_broken()
    {
        using var small = RSA.Create(1024);
        await ShouldNotVerifyAsync(TestIssuer.JwkOf(small, ""), "RS256", Rs256(small), "it is an RSA key of 1024 bits, 2048 to 8192 are accepted");
        using var almost = RSA.Create(2040);
        await ShouldNotVerifyAsync(TestIssuer.JwkOf(almost, ""), "RS256", Rs256(almost), "it is an RSA key of 2040 bits");

        var jwk = TestIssuer.JwkOf(server.GitHub.Key, "");
        await ShouldNotVerifyAsync(With(jwk, "e", "AQ"), "RS256", Padded, "its RSA modulus or exponent is not acceptable");
        await ShouldNotVerifyAsync(With(jwk, "e", "Aw"), "RS256", Padded, "its RSA modulus or exponent is not acceptable");
        await ShouldNotVerifyAsync(With(jwk, "e", "AQAA"), "RS256", Padded, "its RSA modulus or exponent is not acceptable");
        await ShouldNotVerifyAsync(With(jwk, "e", ""), "RS256", Padded, "it has no 'e'");
        await ShouldNotVerifyAsync(With(jwk, "n", "!"), "RS256", Padded, "");

        await ShouldNotVerifyAsync(RocaKey(), "RS256", _ => new byte[256], "its RSA modulus was made by a flawed generator (ROCA, CVE-2017-15361)");
    }

    [Fact]
    public async Task A6_a_curve_that_does_not_fit_or_a_point_beside_it()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var jwk = EcKeys.JwkOf(p256, "");
        byte[] Sign(byte[] input) => p256.SignData(input, HashAlgorithmName.SHA256);
        await ShouldNotVerifyAsync(jwk, "ES384", input => p256.SignData(input, HashAlgorithmName.SHA384), "its curve is P-256, ES384 needs P-384");
        await ShouldNotVerifyAsync(With(jwk, "alg", "ES384"), "ES256", Sign, "its 'alg' is not ES256");
        await ShouldNotVerifyAsync(With(jwk, "crv", "secp256k1"), "ES256", Sign, "its 'crv' is not P-256, P-384 or P-521");
        await ShouldNotVerifyAsync(With(jwk, "crv", "P-384"), "ES256", Sign, "its 'x' and 'y' must have 48 bytes each for P-384");
        await ShouldNotVerifyAsync(With(jwk, "y", jwk["x"]), "ES256", Sign, "its numbers are not a valid key");
        await ShouldNotVerifyAsync(With(With(jwk, "x", new string('A', 43)), "y", new string('A', 43)), "ES256", Sign, "its numbers are not a valid key");
        await ShouldNotVerifyAsync(jwk, "RS256", Sign, "it is an EC key, RS256 needs RSA");
    }

    [Fact]
    public async Task A6_two_keys_of_one_name()
    {
        using var other = RSA.Create(2048);
        server.GitHub.Jwks = () => TestIssuer.JwksOf(TestIssuer.JwkOf(server.GitHub.Key, "same"), TestIssuer.JwkOf(other, "same"));
        foreach (var key in (RSA[])[server.GitHub.Key, other])
        {
            var token = Attacks.Jws("""{"alg":"RS256","kid":"same"}""", server.GoodPayload(audience), Rs256(key));
            (await server.ShouldRefuseAsync(audience, token, "two keys")).ShouldContain("the issuer publishes 2 keys named 'same'");
        }
    }

    /// <summary>What is verified, as it is: with an exponent of 1 it is its own signature (RFC 8017 section 9.2).</summary>
    private static byte[] Padded(byte[] input)
    {
        byte[] digestInfo = [.. Convert.FromHexString("3031300d060960864801650304020105000420"), .. SHA256.HashData(input)];
        return [0, 1, .. Enumerable.Repeat((byte)0xFF, 256 - digestInfo.Length - 3), 0, .. digestInfo];
    }

    /// <summary>Of the form that the flawed generator gives, a power of 65537 modulo each small prime (Nemec et al. 2017), of 2048 bits.</summary>
    private static Dictionary<string, object?> RocaKey()
    {
        int[] primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167];
        var product = primes.Aggregate(BigInteger.One, (sum, prime) => sum * prime);
        var modulus = ((BigInteger.One << 2047) / product * product) + product + BigInteger.ModPow(65537, 12345, product);
        return new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(modulus.ToByteArray(isUnsigned: true, isBigEndian: true)), ["e"] = "AQAB" };
    }
}
