using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Tests.Support;

/// <summary>
/// What of a browser matters to a server: it keeps cookies, follows no redirect unasked, and says with each request that changes
/// something where it comes from. A test changes that by headers of its own.
/// </summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClient client;

    public Browser(string url, string? cookie = null)
    {
        Url = url.TrimEnd('/');
        client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(Url) };
        if (cookie is not null)
        {
            Cookies["octologin"] = cookie;
        }
    }

    public string Url { get; }

    /// <summary>By name. Of a server on http the session's is <c>octologin</c>.</summary>
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>The session's secret; null: signed out.</summary>
    public string? Session => Cookies.GetValueOrDefault("octologin");

    /// <summary>Sent with every request, in the place of what a browser would send.</summary>
    public Dictionary<string, string?> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>As the last answer set it, with its flags.</summary>
    public string[] SetCookie { get; private set; } = [];

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<HttpResponseMessage> SubmitAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    public async Task<CallAnswer> CallAsync(string method, string path, object? body = null)
    {
        using var answer = await SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) });
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var headers = new Dictionary<string, string?>(Headers, StringComparer.OrdinalIgnoreCase);
        if (request.Method != HttpMethod.Get)
        {
            headers.TryAdd("Origin", Url);
            headers.TryAdd("Sec-Fetch-Site", "same-origin");
        }
        headers["Cookie"] = Cookies.Count == 0 ? null : string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        var answer = await client.SendAsync(request);
        SetCookie = answer.Headers.TryGetValues("Set-Cookie", out var set) ? [.. set] : [];
        foreach (var cookie in SetCookie.Select(text => NameAndValue().Match(text)))
        {
            if (cookie.Groups[2].Length == 0)
            {
                Cookies.Remove(cookie.Groups[1].Value);
                continue;
            }
            Cookies[cookie.Groups[1].Value] = cookie.Groups[2].Value;
        }
        return answer;
    }

    public void Dispose() => client.Dispose();

    [GeneratedRegex("^([^=]+)=([^;]*)")]
    private static partial Regex NameAndValue();
}

/// <summary>People who sign in with a password.</summary>
public static class SignedIn
{
    public const string Password = "correct horse battery staple";

    public static async Task<(string Id, string Username)> AddPersonWithPasswordAsync(this ServerFixture server, params string[] roles)
    {
        var username = $"person-{Guid.NewGuid():N}";
        var id = (await ServerFixture.PostAsync(server.Admin, "/api/users", new { Username = username, Password })).GetProperty("Id").GetString()!;
        if (roles.Length > 0)
        {
            await server.AddTeamAsync([id], roles);
        }
        return (id, username);
    }

    /// <summary>A browser in which somebody has just signed in.</summary>
    public static async Task<Browser> SignInAsync(this ServerFixture server, string username, string password = Password)
    {
        var browser = new Browser(server.Url);
        (await browser.LoginAsync(username, password)).Status.ShouldBe(200);
        return browser;
    }

    /// <summary>A new person in a browser.</summary>
    public static async Task<(string Id, string Username, Browser Browser)> SignedInPersonAsync(this ServerFixture server, params string[] roles)
    {
        var (id, username) = await server.AddPersonWithPasswordAsync(roles);
        return (id, username, await server.SignInAsync(username));
    }

    public static Task<CallAnswer> LoginAsync(this Browser browser, string username, string password) => browser.CallAsync("POST", "/api/users/login", new { Username = username, Password = password });

    public static async Task<int> StatusAsync(this Browser browser) => (await browser.CallAsync("GET", "/api/users/me")).Status;

    /// <summary>The same session from another server of the installation.</summary>
    public static Browser At(this Browser browser, string url) => new(url, browser.Session);
}
