using OctoLogin.Accounts;
using OctoLogin.Http;

namespace OctoLogin.CloudLogins;

/// <summary>
/// A cloud has decided against the login. The message is for who set the account up: the cloud's own words, what we sent, what to change.
/// It has no inner exception and no token, whatever the cloud quoted.
/// </summary>
public sealed class CloudRefusal(string cloud, string code, string text, IdToken token, string advice, bool mayPass = false)
    : Exception($"{cloud} refused: {code}: {Own(text, token)} {Sent(token)} {advice}")
{
    private const int MostCharacters = 1000;
    private const int ShortestPart = 16;

    public string Cloud { get; } = cloud;

    /// <summary>The cloud's, such as <c>AccessDenied</c> or <c>AADSTS700213</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The cloud's own words.</summary>
    public string Text { get; } = Own(text, token);

    /// <summary>Issuer, subject and audience.</summary>
    public string SentToken { get; } = Sent(token);

    /// <summary>What to change.</summary>
    public string Advice { get; } = advice;

    /// <summary>It may be that the cloud does not know yet what was set up there.</summary>
    public bool MayPass { get; } = mayPass;

    public static string Sent(IdToken token) => $"Sent: issuer '{token.Issuer}', subject '{token.Subject}', audience '{token.Audience}'.";

    private static string Own(string text, IdToken token)
    {
        // A cloud that quotes the token, or a part of it, would have us write it down.
        foreach (var part in token.Jwt.Split('.').Prepend(token.Jwt).Where(part => part.Length >= ShortestPart))
        {
            text = text.Replace(part, "********", StringComparison.Ordinal);
        }
        return Printable.Of(text.ReplaceLineEndings(" ").Trim(), MostCharacters);
    }
}

/// <summary>The cloud could not be asked, or said nothing that decides: to be tried again later, by whoever needs it.</summary>
public sealed class CloudOutage(string message) : Exception(message);
