using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>Everything that can be wrong with a token or its issuer for any cloud, by a sentence.</summary>
public static class WrongTokens
{
    public static IReadOnlyDictionary<string, Action<Attempt>> All { get; } = new Dictionary<string, Action<Attempt>>
    {
        ["unsigned"] = attempt => (attempt.Header["alg"], attempt.SignedAs) = ("none", jwt => jwt[..(jwt.LastIndexOf('.') + 1)]),
        ["signed with the public key as a secret"] = attempt =>
        {
            attempt.Header["alg"] = "HS256";
            attempt.SignedAs = jwt => $"{jwt[..jwt.LastIndexOf('.')]}.{Base64Url.EncodeToString(HMACSHA256.HashData(attempt.Issuer.Key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(jwt[..jwt.LastIndexOf('.')])))}";
        },
        ["signed by ES256"] = attempt =>
        {
            attempt.Header["alg"] = "ES256";
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var parameters = key.ExportParameters(true);
            attempt.Issuer.Jwks = () => TestIssuer.JwksOf(new Dictionary<string, object?>
            {
                ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["alg"] = "ES256", ["kid"] = attempt.Issuer.KeyId, ["x"] = Base64Url.EncodeToString(parameters.Q.X), ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
            });
            attempt.SignedAs = jwt =>
            {
                using var signer = ECDsa.Create(parameters);
                return $"{jwt[..jwt.LastIndexOf('.')]}.{Base64Url.EncodeToString(signer.SignData(Encoding.ASCII.GetBytes(jwt[..jwt.LastIndexOf('.')]), HashAlgorithmName.SHA256))}";
            };
        },
        ["signed by RS384"] = attempt =>
        {
            attempt.Header["alg"] = "RS384";
            attempt.SignedAs = jwt => $"{jwt[..jwt.LastIndexOf('.')]}.{Base64Url.EncodeToString(attempt.Issuer.Key.SignData(Encoding.ASCII.GetBytes(jwt[..jwt.LastIndexOf('.')]), HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1))}";
        },
        ["a key of 1024 bits"] = attempt => attempt.Issuer.Key = RSA.Create(1024),
        ["a key that is not published"] = attempt => attempt.Header["kid"] = "another",
        ["another key under the same name"] = attempt =>
        {
            var published = TestIssuer.JwksOf(TestIssuer.JwkOf(attempt.Issuer.Key, attempt.Issuer.KeyId));
            attempt.Issuer.Jwks = () => published;
            attempt.Issuer.Key = RSA.Create(2048);
        },
        ["a key for encryption"] = attempt => attempt.Issuer.Jwks = () =>
        {
            var jwk = TestIssuer.JwkOf(attempt.Issuer.Key, attempt.Issuer.KeyId);
            jwk["use"] = "enc";
            return TestIssuer.JwksOf(jwk);
        },
        ["a claim changed after signing"] = attempt => attempt.SignedAs = jwt =>
        {
            attempt.Claims["sub"] = CloudStage.Subject;
            var parts = jwt.Split('.');
            return $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("\"jti\":\"", "\"jti\":\"x", StringComparison.Ordinal)))}.{parts[2]}";
        },
        ["an issuer that is not known"] = attempt => attempt.Claims["iss"] = "https://attacker.example.com",
        ["an issuer with a slash at its end"] = attempt => attempt.Claims["iss"] = CloudServer.Issuer + "/",
        ["a discovery document of another issuer"] = attempt => attempt.Issuer.Discovery = () => CloudStage.Document(issuer: "https://attacker.example.com"),
        ["a discovery document without RS256"] = attempt => attempt.Issuer.Discovery = () => CloudStage.Document(algorithm: "ES256"),
        ["keys over http"] = attempt => attempt.Issuer.Discovery = () => CloudStage.Document(jwks: "http://octologin.example.com/.well-known/jwks"),
        ["a discovery document that redirects"] = attempt => attempt.Issuer.Discovery = () => new FakeAnswer(302).With("Location", CloudServer.Issuer + "/elsewhere"),
        ["an issuer that is down"] = attempt => attempt.Issuer.Discovery = () => FakeAnswer.Abort,
        ["another audience"] = attempt => attempt.Claims["aud"] = "https://elsewhere.example.com",
        ["a list of audiences"] = attempt => attempt.Claims["aud"] = new[] { attempt.Claims["aud"], "https://elsewhere.example.com" },
        ["no audience"] = attempt => attempt.Claims.Remove("aud"),
        ["another subject"] = attempt => attempt.Claims["sub"] = "space:default:project:other:environment:production",
        ["a subject in other letters"] = attempt => attempt.Claims["sub"] = CloudStage.Subject.ToUpperInvariant(),
        ["a subject that goes on"] = attempt => attempt.Claims["sub"] = CloudStage.Subject + ":type:deployment",
        ["a number as the subject"] = attempt => attempt.Claims["sub"] = 123456,
        ["no subject"] = attempt => attempt.Claims.Remove("sub"),
        ["expired"] = attempt => attempt.Claims["exp"] = (long)attempt.Claims["iat"]! - 1,
        ["not yet valid"] = attempt => attempt.Claims["nbf"] = (long)attempt.Claims["iat"]! + 300,
        ["issued in the future"] = attempt => attempt.Claims["iat"] = (long)attempt.Claims["iat"]! + 300,
        ["a text as the end"] = attempt => attempt.Claims["exp"] = $"{attempt.Claims["exp"]}",
        ["no end"] = attempt => attempt.Claims.Remove("exp"),
        ["made for two days"] = attempt => attempt.Claims["exp"] = (long)attempt.Claims["iat"]! + (48 * 3600),
        ["no JWT"] = attempt => attempt.SignedAs = _ => "not.a.jwt.at.all",
        ["an access token's type"] = attempt => attempt.Header["typ"] = "at+jwt",
        ["something critical in the header"] = attempt => attempt.Header["crit"] = new[] { "b64" },
        ["the same claim twice"] = attempt => attempt.SignedAs = _ => attempt.Issuer.SignText($$"""{"iss":"{{CloudServer.Issuer}}","sub":"x","sub":"{{CloudStage.Subject}}"}"""),
    };
}
