using System.Buffers.Text;
using System.Security.Cryptography;

namespace OctoLogin.Tests.Threats;

internal static class EcKeys
{
    public static Dictionary<string, object?> JwkOf(ECDsa key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return new()
        {
            ["kty"] = "EC", ["kid"] = kid, ["crv"] = key.KeySize switch { 256 => "P-256", 384 => "P-384", _ => "P-521" },
            ["x"] = Base64Url.EncodeToString(parameters.Q.X), ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
        };
    }
}
