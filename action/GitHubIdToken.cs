using System.Net.Http.Headers;
using System.Text.Json;

namespace OctoLogin.Action;

/// <summary>Asks GitHub for a token that says which job this is. Each one is used for one try of the exchange: the server takes it once.</summary>
internal sealed class GitHubIdToken
{
    private readonly HttpCalls http;
    private readonly WorkflowCommands commands;
    private readonly string requestUrl;
    private readonly string requestToken;

    public GitHubIdToken(HttpCalls http, WorkflowCommands commands, Func<string, string?> environment)
    {
        (this.http, this.commands) = (http, commands);
        requestUrl = environment("ACTIONS_ID_TOKEN_REQUEST_URL") ?? "";
        requestToken = environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN") ?? "";
        if (requestUrl.Length == 0 || requestToken.Length == 0)
        {
            throw new LoginException("GitHub gave this job no right to an ID token (ACTIONS_ID_TOKEN_REQUEST_URL is not set). The workflow, or this job, needs the permission `id-token: write`:")
            {
                Remedy = "permissions:\n  id-token: write   # log in to Octopus\n  contents: read    # check out the repository",
            };
        }
        commands.Mask(requestToken);
    }

    public string Request(string audience)
    {
        var address = requestUrl + (requestUrl.Contains('?') ? "&" : "?") + "audience=" + Uri.EscapeDataString(audience);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", requestToken);
        // Only its host is ever shown: the address is this job's own.
        var answer = http.Send($"GitHub's ID-token service at {request.RequestUri!.Authority}", request);
        if (answer.IsSuccess && answer.Json() is { } json && json.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } idToken)
        {
            commands.Mask(idToken);
            return idToken;
        }
        throw new LoginException($"{answer.Description()} It should have been this job's ID token: see whether https://www.githubstatus.com reports trouble with Actions, and run the job again.");
    }
}
