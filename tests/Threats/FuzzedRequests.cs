using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Requests around mutated tokens, and mutated requests around tokens that are good; all must be refused.</summary>
internal static class FuzzedRequests
{
    private static readonly string[] Parameters = ["grant_type", "audience", "subject_token_type", "subject_token"];

    /// <summary>Which the endpoint reads, however they are written.</summary>
    private static readonly string[] OurTypes = ["application/json; charset=utf-16", "application/x-www-form-urlencoded; charset=utf-7", "application/JSON;"];

    private static readonly string[] OtherTypes = ["text/plain", "application/xml", "multipart/form-data; boundary=x", ";", "", "x", "application/json, text/html", "application/jwt", "*/*", "application/x-www-form-urlencoded2", "text/json"];

    /// <summary>What is wrong with an answer; null when it is the refusal that it must be.</summary>
    public static string? Fault(HttpRequestMessage request, int status, string text)
    {
        if (request.Method == HttpMethod.Get)
        {
            return status == 401 ? null : "a mutated access token must be answered with 401";
        }
        return status is not (400 or 413 or 415) ? "it must be refused with 400, 413 or 415"
            : text.Contains("access_token\":", StringComparison.Ordinal) ? "a refusal has no access token"
            : text.StartsWith("{\"error\":", StringComparison.Ordinal) && text.Contains("\"Errors\":[", StringComparison.Ordinal) ? null : "a refusal has the four fields";
    }

    public static (string, HttpRequestMessage) Exchange(Random random, string audience, (string What, string Token) mutated)
    {
        var form = Exchanges.Form(audience, mutated.Token);
        HttpContent content = random.Next(2) == 0 ? new FormUrlEncodedContent(form) : Json(JsonSerializer.Serialize(form));
        return (mutated.What, new(HttpMethod.Post, random.Next(2) == 0 ? "/token/v1" : "/api/token/v1") { Content = content });
    }

    /// <summary>An access token with its text changed, where a caller would have it.</summary>
    public static (string, HttpRequestMessage) Call(Random random, string access)
    {
        var at = random.Next(access.Length);
        var mutated = random.Next(4) switch
        {
            0 => access[..at],
            1 => access.Remove(at, 1),
            2 => access.Insert(at, FuzzedJson.Pick(random, (string[])["A", ".", "=", "-"])),
            _ => access[..at] + (access[at] == 'A' ? 'B' : 'A') + access[(at + 1)..],
        };
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {mutated}");
        return ("access token", request);
    }

    public static (string, HttpRequestMessage) Body(Random random, string audience, FuzzedTokens tokens)
    {
        var asJson = random.Next(2) == 0;
        // Where the mutation alone must be refused, the token in it is good and unused: a parser that lets the body pass issues a token.
        var good = Exchanges.Form(audience, tokens.Unused(random));
        // Elsewhere what the mutation makes of the body may be the same request: then the token is good but for its last part.
        var bad = Exchanges.Form(audience, random.Next(3) == 0 ? tokens.MutatedText(random, tokens.Good) : tokens.Good[..^8] + "AAAAAAAA");
        var (what, content) = random.Next(7) switch
        {
            0 => ("parameter, good token", Parameter(random, good, asJson)),
            1 => ("bytes", Bytes(random, bad, asJson)),
            2 => ("type", ContentType(random, OurTypes, bad, asJson)),
            3 => ("another type, good token", ContentType(random, OtherTypes, good, asJson)),
            4 => ("size, good token", Form($"{Encode(good)}&x={new string('a', random.Next(65_537, 70_000))}")),
            5 => ("json, good token", Json(JsonOf(random, good))),
            _ => ("escapes, good token", Form(string.Join('&', good.Select(pair => $"{Escape(random, pair.Key)}={Escape(random, pair.Value)}")))),
        };
        return ($"body: {what}", new(HttpMethod.Post, "/token/v1") { Content = content });
    }

    private static HttpContent Parameter(Random random, Dictionary<string, string> form, bool asJson)
    {
        var name = FuzzedJson.Pick(random, Parameters);
        switch (random.Next(4))
        {
            case 0:
                form.Remove(name);
                break;
            case 1:
                form[name] = FuzzedJson.Pick(random, (string[])["", " ", "x", "\0", "\ufffd", new string('x', 5000), "urn:ietf:params:oauth:token-type:saml2"]);
                break;
            case 2:
                form[FuzzedJson.Pick(random, (string[])["actor_token", "resource", "requested_token_type", "expires_in", "scope"])] = FuzzedJson.Pick(random, (string[])["", "x", "-1", "\u0130", "openid profile"]);
                break;
            default:
                return asJson ? Json(JsonSerializer.Serialize(form)[..^1] + $",\"{name}\":\"x\"}}") : Form($"{Encode(form)}&{name}=x");
        }
        return asJson ? Json(JsonSerializer.Serialize(form)) : Form(Encode(form));
    }

    private static ByteArrayContent Bytes(Random random, Dictionary<string, string> form, bool asJson)
    {
        var bytes = Encoding.UTF8.GetBytes(asJson ? JsonSerializer.Serialize(form) : Encode(form));
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
        bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        return new(bytes) { Headers = { ContentType = new(asJson ? "application/json" : "application/x-www-form-urlencoded") } };
    }

    private static ByteArrayContent ContentType(Random random, string[] types, Dictionary<string, string> form, bool asJson)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(asJson ? JsonSerializer.Serialize(form) : Encode(form)));
        content.Headers.TryAddWithoutValidation("Content-Type", FuzzedJson.Pick(random, types));
        content.Headers.TryAddWithoutValidation("Content-Encoding", FuzzedJson.Pick(random, (string[])["identity", "gzip", "br", "x"]));
        return content;
    }

    /// <summary>At least one parameter of another JSON type, or none, or with another value, or a body that is no object.</summary>
    private static string JsonOf(Random random, Dictionary<string, string> form)
    {
        var wrong = random.Next(form.Count);
        var members = form.Select((pair, i) => $"{JsonSerializer.Serialize(pair.Key)}:{(i == wrong || random.Next(4) == 0 ? FuzzedJson.Value(random) : JsonSerializer.Serialize(pair.Value))}").ToList();
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        var json = $"{{{string.Join(',', members)}}}";
        return random.Next(5) switch { 0 => $"[{json}]", 1 => json[..random.Next(json.Length)], 2 => $"\ufeff{json}", 3 => json + json, _ => json };
    }

    private static string Escape(Random random, string text) => string.Concat(text.Select(c => random.Next(40) switch
    {
        0 => $"%{(int)c:X2}", 1 => $"%{(int)c:x2}", 2 => "%", 3 => "%zz", 4 => "%C0%AF", 5 => "%00", 6 => "+", 7 => "%ED%A0%80", _ => c.ToString(),
    }));

    private static string Encode(Dictionary<string, string> form) => string.Join('&', form.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));

    private static StringContent Form(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
