namespace OctoLogin.Action;

/// <summary>
/// The post step: a token that the job no longer needs should not work for the rest of its hour. The job's result does not hang on it,
/// so whatever goes wrong is a warning.
/// </summary>
internal sealed class Revocation(WorkflowCommands commands, HttpCalls http, TimeProvider time)
{
    private const string EndpointState = "revocation_endpoint";
    private const string TokenState = "access_token";
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);

    /// <summary>The runner keeps what is saved here for this action's post step alone, which finds it as STATE_….</summary>
    public static void Prepare(WorkflowCommands commands, Uri endpoint, string accessToken)
    {
        commands.SaveState(EndpointState, endpoint.AbsoluteUri);
        commands.SaveState(TokenState, accessToken);
    }

    public void Run(Func<string, string?> environment)
    {
        var accessToken = environment("STATE_" + TokenState);
        var endpoint = environment("STATE_" + EndpointState);
        // Nothing to do: no login, a login with an API key, `revoke: false`, or a server that cannot revoke.
        if (string.IsNullOrEmpty(accessToken) || string.IsNullOrEmpty(endpoint))
        {
            return;
        }
        commands.Mask(accessToken);
        try
        {
            var server = new TokenExchangeClient(http, commands);
            var refusal = new Retry(commands, time, Budget).Run(() => server.Revoke(new Uri(endpoint), accessToken));
            if (refusal is null)
            {
                commands.Info("The access token is revoked.");
            }
            else
            {
                commands.Warning($"The access token was not revoked; it works until it expires. {refusal}");
            }
        }
        catch (Exception failure)
        {
            commands.Warning($"The access token was not revoked; it works until it expires. {failure.Message}");
        }
    }
}
