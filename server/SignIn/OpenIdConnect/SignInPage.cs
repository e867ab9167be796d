using System.Text;
using System.Text.Encodings.Web;
using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>How the pages look: addresses on this server.</summary>
public sealed record SignInPageStyle(IReadOnlyList<string> StyleSheets, IReadOnlyList<string> Scripts);

/// <summary>The pages that a browser gets at the end of its way to the provider and back, beside being sent on. All that came from outside is encoded.</summary>
public static class SignInPage
{
    private const string SignInPath = "/app/sign-in?manual=true";
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public static Task FailedAsync(HttpContext context, SignInException fault) => WriteAsync(context, fault.Status, fault.Status < 500 ? "You were not signed in" : "Signing in does not work now",
        $"""
        <p>{Html.Encode(fault.Message)}</p>
        <h2 class="h3">For your administrator</h2>
        <p>{Html.Encode(fault.Advice)}</p>
        <p>The audit and the log have the details under correlation id <code>{Html.Encode(context.TraceIdentifier)}</code>.</p>
        <p><a href="{SignInPath}">Back to the sign-in page</a></p>
        """);

    public static Task TriedAsync(HttpContext context, SignInTest tried)
    {
        var rows = new StringBuilder();
        foreach (var (name, value) in tried.Claims.All.OrderBy(claim => claim.Key, StringComparer.Ordinal))
        {
            rows.Append($"<tr><th scope=\"row\">{Html.Encode(name)}</th><td>{Html.Encode(SignInRecord.TypeOf(value))}</td><td>{Html.Encode(SignInRecord.ValueOf(value, 2000))}</td></tr>\n");
        }
        return WriteAsync(context, StatusCodes.Status200OK, "Test sign-in",
            $"""
            <p>Nothing was changed and nobody was signed in. This is what a sign-in would do now.</p>
            <h2 class="h3">Account</h2>
            <p>{Html.Encode(Account(tried))}</p>
            {(tried.Match.Advice.Length > 0 ? $"<p>{Html.Encode(tried.Match.Advice)}</p>" : "")}
            <h2 class="h3">Teams by groups</h2>
            {Teams(tried)}
            <h2 class="h3">Claims received</h2>
            <div class="table-responsive" tabindex="0" role="region" aria-label="Claims received"><table class="table"><caption>What the provider sent, by ID token and userinfo</caption>
            <thead><tr><th scope="col">Claim</th><th scope="col">Type</th><th scope="col">Value</th></tr></thead>
            <tbody>
            {rows}</tbody></table></div>
            """);
    }

    private static string Account(SignInTest tried) => tried.Match.Kind switch
    {
        MatchKind.Refused => $"Refused: {tried.Match.Message}",
        MatchKind.Created => $"A new account '{Printable.Of(tried.Username)}' would be made. {tried.Match.Message}",
        _ => $"Account '{Printable.Of(tried.Username)}': {tried.Match.Message}",
    };

    private static string Teams(SignInTest tried)
    {
        if (tried.Claims.Groups.Count == 0)
        {
            return $"<p>{Html.Encode($"No groups: the claim '{tried.Settings.RoleClaimType}' {(tried.Claims.All.ContainsKey(tried.Settings.RoleClaimType) ? "holds no text" : "did not come. Have the provider send it, or change 'Role claim type'")}.")}</p>";
        }
        return tried.Teams.Count == 0
            ? "<p>None: no team has one of these groups as an external group.</p>"
            : $"<ul>{string.Concat(tried.Teams.Select(team => $"<li>{Html.Encode($"{team.Team}, by '{Printable.Of(team.ByGroup)}'{(team.SpaceId is null ? "" : $" ({team.SpaceId})")}")}</li>"))}</ul><p>{Html.Encode($"These count in a session with {tried.Settings.DisplayName} and for API keys that are made in one. The account's password and other API keys go on, and give what the account has without groups.")}</p>";
    }

    private static Task WriteAsync(HttpContext context, int status, string title, string body)
    {
        var style = context.RequestServices.GetService<SignInPageStyle>() ?? new([], []);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["X-Content-Type-Options"] = "nosniff";
        return context.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{Html.Encode(title)} · OctoLogin</title>
            {string.Concat(style.Scripts.Select(url => $"<script src=\"{Html.Encode(url)}\"></script>"))}{string.Concat(style.StyleSheets.Select(url => $"<link rel=\"stylesheet\" href=\"{Html.Encode(url)}\">"))}</head>
            <body><main id="content" class="container-narrow py-5"><div class="card"><div class="card-body">
            <h1 class="h2">{Html.Encode(title)}</h1>
            {body}
            </div></div></main></body>
            </html>
            """, context.RequestAborted);
    }
}
