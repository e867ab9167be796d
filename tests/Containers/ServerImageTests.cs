using System.Text.Json;

namespace OctoLogin.Tests.Containers;

[Collection(ServerImageCollection.Name)]
public sealed class ServerImageTests(ServerImage image)
{
    [Fact]
    public async Task Runs_as_a_user_that_is_not_root_and_may_write_its_data_alone()
    {
        Assert.SkipWhen(image.Missing is not null, image.Missing ?? "");

        var config = JsonDocument.Parse((await Docker.RunAsync(["image", "inspect", image.Name])).Require())
            .RootElement[0].GetProperty("Config");
        config.GetProperty("User").GetString().ShouldBe("1654:1654");
        config.GetProperty("ExposedPorts").TryGetProperty("8065/tcp", out _).ShouldBeTrue();
        config.GetProperty("Volumes").TryGetProperty("/data", out _).ShouldBeTrue();
        config.GetProperty("Entrypoint").EnumerateArray().Select(word => word.GetString())
            .ShouldBe(["dotnet", "/app/octologin.dll"]);

        var writable = await ShellAsync("id -u; for folder in /data /app /etc; do test -w $folder && echo $folder; done; true");
        writable.ShouldBe("1654\n/data\n");
    }

    [Fact]
    public async Task Holds_no_SDK_no_source_no_npm_package_and_no_secret()
    {
        Assert.SkipWhen(image.Missing is not null, image.Missing ?? "");

        var found = await ShellAsync(
            """
            find / -xdev \( -name '*.cs' -o -name '*.csproj' -o -name Directory.Build.props -o -name .git \
                          -o -name secrets -o -name node_modules -o -path '*/dotnet/sdk' \) -print 2>/dev/null || true
            """);
        found.ShouldBeEmpty();
    }

    private async Task<string> ShellAsync(string script) =>
        (await Docker.RunAsync(["run", "--rm", "--network", "none", "--entrypoint", "sh", image.Name, "-c", script])).Require();
}
