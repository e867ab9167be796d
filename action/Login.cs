using System.Globalization;

namespace OctoLogin.Action;

/// <summary>The step: proves with GitHub's ID token which job this is, and hands the access token it gets for that to the steps that follow.</summary>
internal sealed class Login(WorkflowCommands commands, HttpCalls http, TimeProvider time)
{
    public static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    public void Run(Func<string, string?> environment)
    {
        var inputs = ActionInputs.Read(environment);
        if (inputs.Server.SendsSecretsInTheClear)
        {
            commands.Warning($"`server` is {inputs.Server.Text}: without https everyone on the way can read the tokens. Use https, if the server has it.");
        }
        if (inputs.ApiKey is { } apiKey)
        {
            UseApiKey(inputs.Server, apiKey);
            return;
        }

        // 1. Before any call: does GitHub let this job prove who it is?
        var serviceAccountId = inputs.ServiceAccountId!;
        var gitHub = new GitHubIdToken(http, commands, environment);
        var server = new TokenExchangeClient(http, commands);
        var retry = new Retry(commands, time, Budget);

        // 2. Where does the server exchange tokens?
        var metadata = retry.Run(() => ServerMetadata.Discover(http, commands, inputs.Server));

        // 3. An ID token for an access token. A new one for each try: the server may have taken the last one before the connection broke.
        var accessToken = retry.Run(() =>
        {
            var idToken = gitHub.Request(serviceAccountId);
            return server.Exchange(metadata.TokenEndpoint, idToken, serviceAccountId, inputs.Scope);
        });

        // 4. For the post step first: whatever fails from here on, the token will be revoked.
        var revoked = inputs.Revoke && metadata.RevocationEndpoint is not null;
        if (revoked)
        {
            Revocation.Prepare(commands, metadata.RevocationEndpoint!, accessToken.Value);
        }

        // 5. For the steps that follow.
        HandOver(inputs.Server, "OCTOPUS_ACCESS_TOKEN", "access_token", accessToken.Value);
        commands.Info($"Logged in to {inputs.Server.Text} as service account {serviceAccountId}. The access token {Describe(accessToken)}{(revoked ? " It is revoked when the job ends." : "")}");
    }

    private void UseApiKey(ServerUrl server, string apiKey)
    {
        commands.Mask(apiKey);
        HandOver(server, "OCTOPUS_API_KEY", "api_key", apiKey);
        commands.Info($"The steps that follow use {server.Text} with the API key of `api_key`. A login with `service_account_id` needs no key that can leak.");
    }

    private void HandOver(ServerUrl server, string variable, string output, string secret)
    {
        commands.SetEnvironment("OCTOPUS_URL", server.Text);
        commands.SetEnvironment(variable, secret);
        commands.SetOutput("server", server.Text);
        commands.SetOutput(output, secret);
    }

    private string Describe(AccessToken token)
    {
        var expiry = token.Lifetime is { } lifetime
            ? string.Create(CultureInfo.InvariantCulture, $"expires at {time.GetUtcNow() + lifetime:yyyy-MM-dd HH:mm:ss} UTC (in {Math.Round(lifetime.TotalMinutes, 1)} min)")
            : "expires when the server decides";
        return token.Scope is null ? expiry + "." : $"{expiry}, with scope '{token.Scope}'.";
    }
}
