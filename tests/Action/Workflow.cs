using System.Collections.Concurrent;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>How GitHub's runner would start the action: as this machine's program, or as a container of its image.</summary>
public enum StartedAs
{
    Program,
    Container,
}

/// <summary>
/// A job of octo-org/hello-octopus on main with the action as its first step, against the real server. Its ID tokens are signed by the
/// issuer that the server knows as GitHub's.
/// </summary>
internal sealed class Workflow : IAsyncDisposable
{
    private readonly FakeIdTokenService gitHub;

    private Workflow(FakeIdTokenService gitHub, ActionRunner step) => (this.gitHub, Step) = (gitHub, step);

    /// <summary>The step, with `server` and `service_account_id` set and the permission `id-token: write`.</summary>
    public ActionRunner Step { get; }

    public required ConcurrentQueue<string> IdTokens { get; init; }

    /// <param name="workspace">Mounted at /github/workspace of a container.</param>
    public static async Task<Workflow> StartAsync(ServerFixture server, string serviceAccountId, string? image = null, string? workspace = null)
    {
        var idTokens = new ConcurrentQueue<string>();
        var gitHub = await FakeIdTokenService.StartAsync(audience =>
        {
            var idToken = server.GitHubToken(audience);
            idTokens.Enqueue(idToken);
            return idToken;
        });
        var step = new ActionRunner { Image = image, Workspace = workspace }.WithIdTokens(gitHub);
        step.Inputs["server"] = server.Url;
        step.Inputs["service_account_id"] = serviceAccountId;
        step.Inputs["revoke"] = "true";
        return new Workflow(gitHub, step) { IdTokens = idTokens };
    }

    /// <summary>Nothing that a person can see holds a token, nor the signature that makes a token of claims that are shown.</summary>
    public void ShouldLeakNothing(ActionRun run)
    {
        string[] tokens = [.. IdTokens, .. run.Env.Where(variable => variable.Key == "OCTOPUS_ACCESS_TOKEN").Select(variable => variable.Value)];
        foreach (var token in tokens)
        {
            run.Visible.ShouldNotContain(JobToken.Signature(token));
        }
        run.Visible.ShouldNotContain(gitHub.RequestToken);
    }

    public ValueTask DisposeAsync() => gitHub.DisposeAsync();
}
