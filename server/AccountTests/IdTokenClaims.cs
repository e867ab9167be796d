using System.Buffers.Text;
using System.Text.Json;
using OctoLogin.Accounts;

namespace OctoLogin.AccountTests;

/// <summary>What a token of ours says, for people to read.</summary>
public static class IdTokenClaims
{
    public static IReadOnlyList<(string Name, string Value)> Of(IdToken token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Jwt.Split('.')[1]));
        return [.. payload.RootElement.EnumerateObject().Select(claim => (claim.Name, claim.Value.ToString()))];
    }
}
