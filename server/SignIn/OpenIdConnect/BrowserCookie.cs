namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// Binds a sign-in to the browser that it was begun in: a state that somebody else was given is worth nothing here (RFC 9700 section 4.7).
/// One for all the sign-ins of a browser, so that two tabs do not disturb each other.
/// </summary>
public sealed class BrowserCookie(ProviderUris uris)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private const int Characters = 43;

    // __Host-: no neighbouring host can plant one.
    private string Name => uris.IsHttps ? "__Host-octologin-sign-in" : "octologin-sign-in";

    public string? Read(HttpContext context) => context.Request.Cookies[Name] is { Length: Characters } secret ? secret : null;

    /// <param name="answersByForm">The provider has the browser POST its answer, from its own page: cookies that are not <c>None</c> do not come with that.</param>
    public string ReadOrMake(HttpContext context, bool answersByForm)
    {
        var secret = Read(context) ?? SignInStates.NewBrowserSecret();
        context.Response.Cookies.Append(Name, secret, new CookieOptions
        {
            HttpOnly = true,
            Secure = uris.IsHttps,
            SameSite = answersByForm ? SameSiteMode.None : SameSiteMode.Lax,
            Path = "/",
            MaxAge = Life,
        });
        return secret;
    }
}
