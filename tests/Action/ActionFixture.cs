using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>One job: GitHub's ID-token service, an Octopus server, and the step between them with the usual inputs.</summary>
internal sealed class ActionFixture : IAsyncDisposable
{
    public const string ServiceAccountId = "7f2bd2d8-6f1b-4f8e-9d70-4a1c7f0f1c11";

    private ActionFixture(FakeOctopusServer octopus, FakeIdTokenService gitHub, ActionRunner runner) =>
        (Octopus, GitHub, Runner) = (octopus, gitHub, runner);

    public FakeOctopusServer Octopus { get; }
    public FakeIdTokenService GitHub { get; }
    public ActionRunner Runner { get; }
    public ConcurrentQueue<string> IdTokens { get; } = new();
    public Func<string, string> IdTokenFor { get; set; } = audience => JobToken.For(audience);

    public static async Task<ActionFixture> StartAsync(X509Certificate2? certificate = null, string? image = null, string? workspace = null)
    {
        ActionFixture? fixture = null;
        var octopus = await FakeOctopusServer.StartAsync(certificate);
        var gitHub = await FakeIdTokenService.StartAsync(audience => fixture!.Issue(audience));
        var runner = new ActionRunner { Image = image, Workspace = workspace }.WithIdTokens(gitHub);
        runner.Inputs["server"] = octopus.Url;
        runner.Inputs["service_account_id"] = ServiceAccountId;
        runner.Inputs["api_key"] = "";
        runner.Inputs["revoke"] = "true";
        return fixture = new ActionFixture(octopus, gitHub, runner);
    }

    /// <summary>Nothing that a person can see holds a secret, whole or in the part that matters.</summary>
    public void ShouldLeakNothing(ActionRun run)
    {
        foreach (var secret in IdTokens.Concat(IdTokens.Select(JobToken.Signature)).Append(Octopus.AccessToken).Append(GitHub.RequestToken))
        {
            run.Visible.ShouldNotContain(secret);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Octopus.DisposeAsync();
        await GitHub.DisposeAsync();
    }

    private string Issue(string audience)
    {
        var idToken = IdTokenFor(audience);
        IdTokens.Enqueue(idToken);
        return idToken;
    }
}
