namespace OctoLogin.Tests.Containers;

/// <summary>The image that restores the portal's packages: the official one or, where no image registry can be reached, one of Debian with this machine's Node.js.</summary>
internal static class NodeImage
{
    private const string Official = "node:22-slim";
    private const string StandIn = "octologin-test-node";
    private const string StandInBase = "standin/debian:trixie";

    // A folder with what tests/Containers/node.Dockerfile copies.
    private const string Gather =
        """
        set -eu
        cp "$1/tests/Containers/node.Dockerfile" "$2/Dockerfile"
        cp -L "$(command -v node)" "$2/node"
        cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$2/npm"
        cat "$(npm config get globalconfig)" "$HOME/.npmrc" >"$2/npmrc" 2>/dev/null || true
        cp -L /etc/ssl/certs/ca-certificates.crt "$2/"
        """;

    /// <returns>Its name, or why there is none.</returns>
    public static async Task<(string Name, string? Missing)> FindAsync()
    {
        if (await Docker.WhatIsMissingAsync(Official) is not { } missing)
        {
            return (Official, null);
        }
        if (!(await Docker.RunAsync(["image", "inspect", StandIn])).Succeeded)
        {
            if (!(await Docker.RunAsync(["image", "inspect", StandInBase])).Succeeded)
            {
                return (Official, missing);
            }
            await MakeStandInAsync();
        }
        return (StandIn, null);
    }

    private static async Task MakeStandInAsync()
    {
        var context = Directory.CreateTempSubdirectory("octologin-node-").FullName;
        try
        {
            (await Docker.StartAsync("sh", ["-c", Gather, "sh", Docker.Repository, context], null)).Require();
            (await Docker.BuildAsync(Path.Combine(context, "Dockerfile"), context, StandIn)).Require();
        }
        finally
        {
            Directory.Delete(context, recursive: true);
        }
    }
}
