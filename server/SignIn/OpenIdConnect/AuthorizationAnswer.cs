using Microsoft.Extensions.Primitives;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What a browser brings back from the provider (OpenID Connect Core section 3.1.2.5, RFC 9207), in the query or as a form.</summary>
public sealed record AuthorizationAnswer(string? State, string? Code, string? Issuer, string? Error, string? ErrorDescription)
{
    private const long MostBytes = 64 * 1024;

    public static async Task<AuthorizationAnswer> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return Of(name => request.Query[name]);
        }
        if (!request.HasFormContentType || request.ContentLength > MostBytes)
        {
            throw SignInException.NotOurs("This is not an answer of an identity provider.", "The request is not a form, or is larger than 64 KiB.");
        }
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancel);
        }
        catch (InvalidDataException fault)
        {
            throw SignInException.NotOurs("This is not an answer of an identity provider.", $"The form cannot be read: {fault.Message}");
        }
        return Of(name => form[name]);
    }

    private static AuthorizationAnswer Of(Func<string, StringValues> read)
    {
        return new(One("state"), One("code"), One("iss"), One("error"), One("error_description"));

        // Twice is once too often: two readers could take one each.
        string? One(string name) => read(name) switch
        {
            { Count: 0 } => null,
            { Count: 1 } one => one.ToString() is { Length: > 0 } text ? text : null,
            _ => throw SignInException.NotOurs("This is not an answer of an identity provider.", $"The parameter '{name}' is there more than once."),
        };
    }
}
