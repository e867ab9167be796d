using System.Net;
using System.Text;

namespace OctoLogin.Action;

/// <summary>Tells why the step failed, twice: an annotation for the log, and the job summary for whoever has to register the identity.</summary>
internal static class FailureReport
{
    private const string ForksNote = "Pull requests from forks cannot have it, whatever the workflow says: log in from a workflow that runs on `push`, or after the merge.";
    private const string RegisterNote = "An OpenID Connect identity of the service account must match these claims of this job's ID token (issuer is `iss`, subject `sub`, audience `aud`):";

    public static void Write(WorkflowCommands commands, Exception failure)
    {
        // Nothing else is expected; its stack tells us more than its message.
        var reason = failure is LoginException ? failure.Message : $"This is a fault of the action, please report it: {failure}";
        IReadOnlyList<IdTokenClaim> claims = failure is RefusedException refused ? refused.Claims : [];
        var remedy = (failure as LoginException)?.Remedy;

        commands.Error(Annotation(reason, remedy, claims));
        try
        {
            commands.AppendSummary(Summary(reason, remedy, claims));
        }
        catch (LoginException unwritable)
        {
            commands.Warning(unwritable.Message);
        }
    }

    private static string Annotation(string reason, string? remedy, IReadOnlyList<IdTokenClaim> claims)
    {
        var text = new StringBuilder(reason);
        if (remedy is not null)
        {
            text.Append('\n').Append(remedy).Append('\n').Append(ForksNote);
        }
        if (claims.Count > 0)
        {
            text.Append('\n').Append(RegisterNote);
            foreach (var claim in claims)
            {
                text.Append("\n  ").Append(claim.Name).Append(": ").Append(claim.Value);
            }
        }
        return text.ToString();
    }

    // What others wrote stands in blocks of HTML, where Markdown means nothing and an entity is all that has to be escaped; a block ends at
    // an empty line, which these one-line values cannot hold.
    private static string Summary(string reason, string? remedy, IReadOnlyList<IdTokenClaim> claims)
    {
        var text = new StringBuilder("### OctoLogin: the login failed\n\n");
        foreach (var line in reason.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append("<p>").Append(Html(line)).Append("</p>\n\n");
        }
        if (remedy is not null)
        {
            text.Append("```yaml\n").Append(remedy).Append("\n```\n\n").Append(ForksNote).Append("\n\n");
        }
        if (claims.Count > 0)
        {
            text.Append(RegisterNote).Append("\n\n<table>\n<tr><th>Claim</th><th>Value in this job's token</th></tr>\n");
            foreach (var claim in claims)
            {
                text.Append("<tr><td><code>").Append(Html(claim.Name)).Append("</code></td><td><code>").Append(Html(claim.Value)).Append("</code></td></tr>\n");
            }
            text.Append("</table>\n\n");
        }
        return text.ToString();
    }

    private static string Html(string text) => WebUtility.HtmlEncode(PlainText.OneLine(text, 4000));
}
