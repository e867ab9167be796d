using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>The parameters of RFC 8693 section 2.1, from a form or a JSON object; what is in the query is never looked at.</summary>
public sealed record TokenExchangeRequest
{
    public const int MostBytes = 64 * 1024;
    public const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
    public const string IdTokenType = "urn:ietf:params:oauth:token-type:id_token";
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    public const string TooLarge = "The body is larger than 64 KiB.";
    public const string UnsupportedType = "The body must be application/x-www-form-urlencoded or application/json.";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly HashSet<string> Known =
        ["grant_type", "audience", "subject_token_type", "subject_token", "requested_token_type", "scope", "expires_in", "resource", "actor_token", "actor_token_type"];

    public required string Audience { get; init; }
    public required string SubjectToken { get; init; }
    public string? Scope { get; init; }

    /// <summary>Seconds that the caller would like; never more than the identity gives.</summary>
    public int? ExpiresIn { get; init; }

    /// <summary>Reads and checks the body (contract, step 1).</summary>
    public static async Task<TokenExchangeRequest> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            return Check(await ReadParametersAsync(request, cancel));
        }
        catch (BadHttpRequestException bad)
        {
            throw OAuthException.Unreadable(bad);
        }
    }

    /// <summary>The parameters of a form or JSON body, each at most once, none of them empty. Unknown ones are left out.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadParametersAsync(HttpRequest request, CancellationToken cancel, IReadOnlySet<string>? known = null)
    {
        known ??= Known;
        var type = request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
        var parameters = type switch
        {
            "application/x-www-form-urlencoded" => await ReadBodyAsync(request, ReadForm, cancel),
            "application/json" => await ReadBodyAsync(request, body => ReadJson(body, known), cancel),
            _ => throw new OAuthException("invalid_request", UnsupportedType, status: StatusCodes.Status415UnsupportedMediaType),
        };
        var single = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (!known.Contains(name))
            {
                continue;
            }
            if (!single.TryAdd(name, value))
            {
                throw OAuthException.InvalidRequest($"{name} is given twice.");
            }
            if (value.Length == 0)
            {
                throw OAuthException.InvalidRequest($"{name} is empty.");
            }
        }
        return single;
    }

    private static TokenExchangeRequest Check(IReadOnlyDictionary<string, string> parameters)
    {
        var grant = Required(parameters, "grant_type");
        if (grant != GrantType)
        {
            throw new OAuthException("unsupported_grant_type", $"grant_type is '{Printable.Of(grant, 100)}'; only '{GrantType}' is supported.");
        }
        Require(Required(parameters, "subject_token_type") is JwtType or IdTokenType,
            $"subject_token_type is '{Printable.Of(parameters["subject_token_type"], 100)}'; it must be '{JwtType}' or '{IdTokenType}'.");
        Require(!parameters.TryGetValue("requested_token_type", out var requested) || requested == AccessTokenType,
            $"requested_token_type is '{Printable.Of(requested, 100)}'; only '{AccessTokenType}' can be issued.");
        Require(!parameters.ContainsKey("actor_token") && !parameters.ContainsKey("actor_token_type"), "actor_token is not supported: nobody acts for another here.");
        if (parameters.ContainsKey("resource"))
        {
            throw new OAuthException("invalid_target", "resource is not supported: an access token is for this server; name the service account in audience.");
        }
        var token = Required(parameters, "subject_token");
        Require(token.Length <= CompactJws.MostCharacters, $"subject_token has {token.Length} characters, at most {CompactJws.MostCharacters} are accepted.");
        var audience = Required(parameters, "audience");
        Require(audience.Length <= 1000, "audience is longer than 1000 characters.");
        var seconds = 0;
        Require(!parameters.TryGetValue("expires_in", out var text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds > 0),
            $"expires_in is '{Printable.Of(text, 40)}'; it must be a whole number of seconds above 0.");
        return new TokenExchangeRequest
        {
            Audience = audience,
            SubjectToken = token,
            Scope = parameters.GetValueOrDefault("scope"),
            ExpiresIn = seconds == 0 ? null : seconds,
        };
    }

    private static string Required(IReadOnlyDictionary<string, string> parameters, string name) =>
        parameters.TryGetValue(name, out var value) ? value : throw OAuthException.InvalidRequest($"{name} is missing.");

    private static void Require(bool ok, string fault)
    {
        if (!ok)
        {
            throw OAuthException.InvalidRequest(fault);
        }
    }

    private static async Task<List<(string, string)>> ReadBodyAsync(HttpRequest request, Func<ReadOnlySequence<byte>, List<(string, string)>> read, CancellationToken cancel)
    {
        while (true)
        {
            var body = await request.BodyReader.ReadAsync(cancel);
            // Nothing is taken before all is there, and then it is read where it lies.
            if (body is { IsCompleted: false, Buffer.Length: <= MostBytes })
            {
                request.BodyReader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
                continue;
            }
            try
            {
                return body.Buffer.Length <= MostBytes ? read(body.Buffer)
                    : throw new OAuthException("invalid_request", TooLarge, status: StatusCodes.Status413PayloadTooLarge);
            }
            finally
            {
                request.BodyReader.AdvanceTo(body.Buffer.End);
            }
        }
    }

    private static List<(string, string)> ReadForm(ReadOnlySequence<byte> body)
    {
        // Never more characters than bytes.
        var text = ArrayPool<char>.Shared.Rent((int)body.Length);
        try
        {
            var parameters = new List<(string, string)>();
            foreach (var pair in new QueryStringEnumerable(text.AsMemory(0, StrictUtf8.GetChars(body, text))))
            {
                parameters.Add((pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
            }
            return parameters;
        }
        catch (DecoderFallbackException)
        {
            throw OAuthException.InvalidRequest("The form is not UTF-8.");
        }
        finally
        {
            // It held a token.
            ArrayPool<char>.Shared.Return(text, clearArray: true);
        }
    }

    private static List<(string, string)> ReadJson(ReadOnlySequence<byte> body, IReadOnlySet<string> known)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            Require(document.RootElement.ValueKind == JsonValueKind.Object, "The body must be a JSON object.");
            var parameters = new List<(string, string)>();
            // Enumerating shows a name that is given twice; looking up by name would hide it.
            foreach (var member in document.RootElement.EnumerateObject())
            {
                switch (member.Value.ValueKind)
                {
                    case JsonValueKind.Null:
                        break;
                    case JsonValueKind.String:
                        parameters.Add((member.Name, member.Value.GetString()!));
                        break;
                    case JsonValueKind.Number when member.Name == "expires_in":
                        parameters.Add((member.Name, member.Value.GetRawText()));
                        break;
                    default:
                        Require(!known.Contains(member.Name), $"{Printable.Of(member.Name, 40)} must be a string.");
                        break;
                }
            }
            return parameters;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw OAuthException.InvalidRequest("The body is not valid JSON.");
        }
    }
}
