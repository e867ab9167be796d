using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OctoLogin.Http;

namespace OctoLogin.Jose;

/// <summary>
/// A signed JWT in compact form (RFC 7515 section 7.1, RFC 7519), read strictly: what two readers could understand in two ways is refused.
/// Nothing here is proven yet; <see cref="VerificationKey.Verifies"/> does that over <see cref="SigningInput"/>.
/// </summary>
public sealed class CompactJws
{
    /// <summary>More than any known issuer sends, small enough to refuse at once.</summary>
    public const int MostCharacters = 16 * 1024;

    private const long FirstYear10000 = 253_402_300_800;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions Strict = new()
    {
        // RFC 7515 section 4: a duplicate member name must be refused; a parser that keeps the last can be fooled by one that keeps the first.
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    };

    private CompactJws(JsonElement header, JwsAlgorithm algorithm, byte[] content, byte[] signingInput, byte[] signature)
    {
        Header = header;
        Algorithm = algorithm;
        Content = content;
        SigningInput = signingInput;
        Signature = signature;
    }

    public JsonElement Header { get; }

    /// <summary>What is signed; for a JWT the UTF-8 of <see cref="Payload"/>.</summary>
    public byte[] Content { get; }

    /// <summary>The claims of a JWT.</summary>
    public JsonElement Payload { get; private set; }
    public JwsAlgorithm Algorithm { get; }
    public byte[] SigningInput { get; }
    public byte[] Signature { get; }

    /// <summary>The header's <c>typ</c>, or null.</summary>
    public string? Type => Text(Header, "typ");

    public string? KeyId => Text(Header, "kid");

    /// <summary>A claim that is a JSON string; null when absent or of another type.</summary>
    public string? Claim(string name) => Text(Payload, name);

    /// <summary>A NumericDate (RFC 7519 section 2) as a whole number, null when absent; false where it is anything else.</summary>
    public bool TryTime(string name, out long? seconds)
    {
        seconds = null;
        if (!Payload.TryGetProperty(name, out var value))
        {
            return true;
        }
        var isTime = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole is >= 0 and < FirstYear10000;
        seconds = isTime ? value.GetInt64() : null;
        return isTime;
    }

    /// <summary>Reads the token, or says in <paramref name="fault"/> what is wrong with its form (never any of its text).</summary>
    /// <param name="most">More than the usual where it came from a server that we asked, and not from a stranger.</param>
    public static CompactJws? TryParse(string token, out string fault, int most = MostCharacters)
    {
        fault = "";
        try
        {
            var parsed = ParseSigned(token, most);
            parsed.Payload = JsonObject("payload", parsed.Content);
            return parsed;
        }
        catch (JwsFormatException malformed)
        {
            fault = malformed.Message;
            return null;
        }
    }

    /// <summary>The JWS alone (RFC 7515), whatever it signs.</summary>
    /// <exception cref="JwsFormatException">Its form is not acceptable.</exception>
    internal static CompactJws ParseSigned(string token, int most = MostCharacters)
    {
        if (token.Length > most)
        {
            throw new JwsFormatException($"it has {token.Length} characters, at most {most} are accepted");
        }
        var parts = token.AsSpan().Count('.') + 1;
        if (parts != 3)
        {
            throw new JwsFormatException(parts == 5
                ? "it is an encrypted token (JWE, five parts), which is not supported; send the signed token"
                : $"it has {parts} parts separated by '.', a signed JWT has 3");
        }
        var (first, second) = (token.IndexOf('.'), token.LastIndexOf('.'));
        var header = JsonObject("header", Decode("header", token.AsSpan(0, first)));
        var algorithm = CheckHeader(header);
        var content = Decode("payload", token.AsSpan(first + 1, second - first - 1));
        var signature = Decode("signature", token.AsSpan(second + 1));
        var signingInput = Encoding.ASCII.GetBytes(token, 0, second);
        return new CompactJws(header, algorithm, content, signingInput, signature);
    }

    private static JwsAlgorithm CheckHeader(JsonElement header)
    {
        var name = Text(header, "alg") ?? throw new JwsFormatException("its header has no 'alg'");
        var algorithm = JwsAlgorithm.Find(name) ?? throw new JwsFormatException(
            $"its 'alg' is not one of {string.Join(", ", JwsAlgorithm.All.Select(known => known.Name))}");
        // An extension that must be understood (RFC 7515 section 4.1.11), a compressed payload: not ours, so refused, whatever they say.
        foreach (var refused in (ReadOnlySpan<string>)["crit", "zip", "b64"])
        {
            if (header.TryGetProperty(refused, out _))
            {
                throw new JwsFormatException($"its header has '{refused}', which is not supported");
            }
        }
        foreach (var text in (ReadOnlySpan<string>)["typ", "kid"])
        {
            if (header.TryGetProperty(text, out var value) && value.ValueKind != JsonValueKind.String)
            {
                throw new JwsFormatException($"its header's '{text}' is not a string");
            }
        }
        return algorithm;
    }

    private static byte[] Decode(string part, ReadOnlySpan<char> text)
    {
        // The library's decoder skips white space and takes padding; RFC 7515 section 2 allows neither.
        if (text.ContainsAnyExcept(Alphabet))
        {
            throw new JwsFormatException($"its {part} is not base64url without padding");
        }
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            // Left-over bits would let two texts stand for one token, and so get round the replay check. Only the last group can have any.
            var last = bytes.Length % 3;
            return text.EndsWith(Base64Url.EncodeToString(bytes.AsSpan(bytes.Length - last)), StringComparison.Ordinal)
                ? bytes
                : throw new JwsFormatException($"its {part} is not canonical base64url");
        }
        catch (FormatException)
        {
            throw new JwsFormatException($"its {part} is not base64url");
        }
    }

    /// <summary>An object as a token's header and claims must be: UTF-8, no name twice, no escape that is no character.</summary>
    /// <exception cref="JwsFormatException">It is none.</exception>
    internal static JsonElement JsonObject(string part, byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            throw new JwsFormatException($"its {part} is not UTF-8");
        }
        try
        {
            var json = JsonElement.Parse(bytes, Strict);
            _ = json.ValueKind == JsonValueKind.Object ? json : throw new JwsFormatException($"its {part} is not a JSON object");
            if (bytes.AsSpan().IndexOf("\\u"u8) >= 0)
            {
                Json.RequireText(json);
            }
            return json;
        }
        catch (JsonException)
        {
            throw new JwsFormatException($"its {part} is not a JSON object without duplicate names");
        }
        // From RequireText, or from the reader, which compares the names with each other.
        catch (InvalidOperationException)
        {
            throw new JwsFormatException($"its {part} has an escape that is no character");
        }
    }

    private static string? Text(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The form of a token is wrong; the message says how, fit to be shown to whoever sent it.</summary>
public sealed class JwsFormatException(string message) : Exception(message);
