using OctoLogin.Tests.Action;
using OctoLogin.Tests.Containers;

[assembly: AssemblyFixture(typeof(ActionImage))]

namespace OctoLogin.Tests.Action;

/// <summary>The action's image, built from action/ alone when the first test asks for it, and removed after the last.</summary>
public sealed class ActionImage : IAsyncDisposable
{
    private readonly Lazy<Task<string?>> missing;

    public ActionImage() => missing = new(BuildAsync);

    // Of this run alone: other checkouts on this machine test their own.
    public string Name { get; } = $"octologin-action:test-{Guid.NewGuid():N}"[..30];

    /// <summary>The image's name; on a machine without a Docker engine or the base images the test ends here, skipped, and says why.</summary>
    public async Task<string> GetAsync()
    {
        var reason = await missing.Value;
        Assert.SkipWhen(reason is not null, reason ?? "");
        return Name;
    }

    public async ValueTask DisposeAsync()
    {
        if (missing.IsValueCreated && await missing.Value is null)
        {
            await Docker.RunAsync(["image", "rm", "--force", Name]);
        }
    }

    private async Task<string?> BuildAsync()
    {
        var reason = await Docker.WhatIsMissingAsync("mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/runtime:10.0");
        if (reason is null)
        {
            // With the folder of the Dockerfile as context, as GitHub's runner builds it.
            (await Docker.BuildAsync("action/Dockerfile", "action", Name)).Require();
        }
        return reason;
    }
}
