using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OctoLogin.Tests.Support;

/// <summary>A browser without script: gets pages, fills in their forms, keeps cookies and follows redirects.</summary>
public sealed class PortalClient : IDisposable
{
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };

    /// <param name="apiKey">Who looks; null: nobody, until a form signs in.</param>
    public PortalClient(string url, string? apiKey)
    {
        Http = new HttpClient(handler) { BaseAddress = new Uri(url) };
        if (apiKey is not null)
        {
            Http.DefaultRequestHeaders.Add("X-Octopus-ApiKey", apiKey);
        }
    }

    public HttpClient Http { get; }
    public CookieContainer Cookies => handler.CookieContainer;

    /// <summary>The page, after any redirects; fails the test when the status is another.</summary>
    public async Task<PortalPageView> GetAsync(string path, int status = 200)
    {
        var view = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        view.Status.ShouldBe(status, $"GET {path}: {view.Text}");
        return view;
    }

    /// <summary>Sends the page's form that has a field or button of that name or text, with what is filled in and all else as it stands.</summary>
    public async Task<PortalPageView> SubmitAsync(PortalPageView page, string buttonText, int status = 200, params (string Name, string Value)[] fields)
    {
        var button = page.Document.QuerySelectorAll("form button, form input[type=submit]").FirstOrDefault(one => one.TextContent.Trim() == buttonText)
            ?? throw new InvalidOperationException($"{page.Path} has no button '{buttonText}': {string.Join(", ", page.Document.QuerySelectorAll("button").Select(one => one.TextContent.Trim()))}");
        var form = (IHtmlFormElement)button.Closest("form")!;
        var values = FieldsOf(form, button).Where(value => fields.All(field => field.Name != value.Key)).Concat(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))).ToList();
        var action = button.GetAttribute("formaction") ?? form.GetAttribute("action");
        var target = new Uri(new Uri(Http.BaseAddress!, page.Path), string.IsNullOrEmpty(action) ? page.Path : action).PathAndQuery;
        var isPost = form.Method.Equals("post", StringComparison.OrdinalIgnoreCase);
        using var body = new FormUrlEncodedContent(values);
        var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, isPost ? target : $"{target.Split('?')[0]}?{await body.ReadAsStringAsync()}");
        if (isPost)
        {
            request.Content = body;
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
        }
        var view = await SendAsync(request);
        view.Status.ShouldBe(status, $"{request.Method} {target}: {view.Text}");
        return view;
    }

    /// <summary>Sends a form that no page offers, with a token of one that does: what the server itself refuses. The status, before any redirect.</summary>
    public async Task<int> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var token = (await GetAsync("/app/spaces")).Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]),
        };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var response = await Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task<PortalPageView> SendAsync(HttpRequestMessage request)
    {
        for (var hops = 0; ; hops++)
        {
            using var response = await Http.SendAsync(request);
            if (response.Headers.Location is not { } location || hops == 10)
            {
                var text = await response.Content.ReadAsStringAsync();
                return new((int)response.StatusCode, request.RequestUri!.IsAbsoluteUri ? request.RequestUri.PathAndQuery : request.RequestUri.OriginalString, text, new HtmlParser().ParseDocument(text));
            }
            request = new HttpRequestMessage(HttpMethod.Get, location);
        }
    }

    /// <summary>What a browser sends of a form as it stands, sent by this button.</summary>
    public static IEnumerable<KeyValuePair<string, string>> FieldsOf(IHtmlFormElement form, IElement button)
    {
        foreach (var element in form.QuerySelectorAll("input[name], select[name], textarea[name]"))
        {
            var value = element switch
            {
                IHtmlInputElement { Type: "checkbox" or "radio" } box => box.IsChecked ? box.Value : null,
                IHtmlInputElement { Type: "submit" or "file" } => null,
                IHtmlInputElement input => input.Value,
                IHtmlSelectElement select => select.Value,
                IHtmlTextAreaElement area => area.Value,
                _ => null,
            };
            if (value is not null)
            {
                yield return KeyValuePair.Create(element.GetAttribute("name")!, value);
            }
        }
        if (button.GetAttribute("name") is { } name)
        {
            yield return KeyValuePair.Create(name, button.GetAttribute("value") ?? "");
        }
    }

    public void Dispose() => Http.Dispose();
}

/// <param name="Path">Where it came from, after redirects.</param>
public sealed record PortalPageView(int Status, string Path, string Text, IHtmlDocument Document)
{
    /// <summary>What a reader sees of the main part, with white space folded.</summary>
    public string Words => string.Join(' ', (Document.QuerySelector("main")?.TextContent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The texts beside a field, by the field's name such as <c>Input.Name</c>.</summary>
    public string[] ErrorsOf(string field) =>
        [.. Document.QuerySelectorAll($"[id='{field.Replace('.', '_')}-error']").Select(error => error.TextContent.Trim())];

    public string[] Texts(string selector) => [.. Document.QuerySelectorAll(selector).Select(one => string.Join(' ', one.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))];
}
