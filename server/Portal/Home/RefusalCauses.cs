namespace OctoLogin.Portal.Home;

/// <summary>What to call a cause of refusals, and what to do about it.</summary>
public sealed record RefusalCause(string Title, string Advice)
{
    /// <summary>Of refusals from before the audit had causes.</summary>
    public const string Untold = "Unknown";

    private static readonly Dictionary<string, RefusalCause> Known = new(StringComparer.Ordinal)
    {
        ["Malformed"] = new("The request or its token was not well-formed", "Log in with the action that the identity's page shows, rather than by hand."),
        ["Untrusted"] = new("The account does not trust the token's issuer, or there is no such account", "Compare the audience in the workflow with the account's GUID, and register an identity for the issuer."),
        ["KeysUnavailable"] = new("The issuer's keys could not be fetched", "Look at the issuer's last error; keys can also be uploaded."),
        ["Signature"] = new("The token's signature is not of a key of its issuer", "If the issuer changed its keys just now, refresh them. Else somebody tried a forged token."),
        ["Expired"] = new("The token was out of date", "Log in right after the token was requested, and compare the machines' clocks."),
        ["AudienceMismatch"] = new("The token is for another audience", "The workflow must request its token for the audience that the identity names."),
        ["SubjectMismatch"] = new("The workflow is not one that the identity accepts", "Another repository, branch or environment: open a refusal to see what was sent, and make an identity from it if it is wanted."),
        ["ClaimMismatch"] = new("A condition of the identity was not met", "Open a refusal to see which claim differed."),
        ["Disabled"] = new("The service account is disabled", "Enable it, or take the login out of the workflow."),
        ["Scope"] = new("The workflow asked for rights that the account does not have", "Ask for less in the workflow's scope, or give the account's team a role."),
        ["UsedBefore"] = new("The token had been used before", "Each job must request a token of its own. A token that turns up twice may have been stolen."),
        ["Limited"] = new("There were too many logins within a minute", "Look for a runaway workflow, or raise RateLimits in the settings."),
        ["Unavailable"] = new("The server could not answer just then", "The database was away, or the account was being changed. Workflows try again by themselves."),
        ["Abandoned"] = new("The caller left before the answer", "Nothing, unless it happens often: then the server or its network is slow."),
        ["Error"] = new("A fault of the server", "The server's log has the details, by the event's correlation id."),
    };

    public static RefusalCause Of(string cause) => Known.GetValueOrDefault(cause) ?? new("Refused before this version told causes", "Open a refusal to see its reason.");
}
