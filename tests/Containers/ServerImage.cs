namespace OctoLogin.Tests.Containers;

/// <summary>The server's image, built once for the tests of this folder and removed after them.</summary>
public sealed class ServerImage : IAsyncLifetime
{
    public const string Repository = "octologin-server";

    public string Tag { get; } = $"test-{Guid.NewGuid():N}"[..13];

    public string Name => $"{Repository}:{Tag}";

    /// <summary>Why these tests cannot run on this machine, or null.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Missing = await Docker.WhatIsMissingAsync(
            "mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/aspnet:10.0", "postgres:17");
        if (Missing is null)
        {
            (var node, Missing) = await NodeImage.FindAsync();
            if (Missing is null)
            {
                (await Docker.BuildAsync("server/Dockerfile", ".", Name, "--build-arg", $"NODE={node}")).Require();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Missing is null)
        {
            await Docker.RunAsync(["image", "rm", "--force", Name]);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class ServerImageCollection : ICollectionFixture<ServerImage>
{
    public const string Name = "server image";
}
