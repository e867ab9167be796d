using System.Text;

namespace OctoLogin.Bench.Load;

internal interface IRequests
{
    /// <summary>The bytes of the next request; null when there are no more.</summary>
    byte[]? Next();
}

/// <summary>The same again and again.</summary>
internal sealed class SameRequest(byte[] request) : IRequests
{
    public byte[] Next() => request;

    public static SameRequest Get(string path, string? bearer = null) => new(Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(bearer is null ? "" : $"Authorization: Bearer {bearer}\r\n")}\r\n"));
}

/// <summary>Exchanges, each with a token of its own.</summary>
internal sealed class ExchangeRequests(IReadOnlyList<string> tokens, string audience) : IRequests
{
    private readonly byte[][] made = [.. tokens.Select(token => Of(token, audience))];
    private int next;

    public byte[]? Next() => next < made.Length ? made[next++] : null;

    public byte[] At(int index) => made[index % made.Length];

    public static string Form(string token, string audience) =>
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange" +
        $"&audience={audience}&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token={token}";

    public static byte[] Of(string token, string audience)
    {
        var body = Form(token, audience);
        return Encoding.ASCII.GetBytes(
            $"POST /token/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: octologin-bench\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
