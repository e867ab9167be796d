namespace OctoLogin.Tests.Containers;

/// <summary>docker-compose.yml with the profile <c>replicas</c>.</summary>
public sealed class ReplicasProject(ServerImage image) : ComposeProject(image)
{
    private const string Official = "nginx:1.28";
    private const string StandIn = "octologin-test-nginx";

    /// <summary>Where the base images are stand-ins made from Debian, nginx is Debian's too.</summary>
    private const string StandInBase = "standin/debian:trixie";

    private string _image = Official;

    protected override string[] Profile => ["--profile", "replicas"];

    protected override IReadOnlyDictionary<string, string> MoreSettings => new Dictionary<string, string> { ["NGINX_IMAGE"] = _image };

    protected override async Task<string?> WhatIsMissingAsync()
    {
        if (await Docker.WhatIsMissingAsync(Official) is not { } missing)
        {
            return null;
        }
        _image = StandIn;
        if ((await Docker.RunAsync(["image", "inspect", StandIn])).Succeeded)
        {
            return null;
        }
        return (await Docker.RunAsync(["image", "inspect", StandInBase])).Succeeded
            && (await Docker.BuildAsync("tests/Containers/nginx.Dockerfile", "tests/Containers", StandIn, "--network", "host")).Succeeded
            ? null
            : missing;
    }
}
