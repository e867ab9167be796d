using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>The token file of a running step. Its test moves the clock, so that it has a server of its own.</summary>
public sealed class TokenFileTests(CloudServer fixture) : IClassFixture<CloudServer>, IDisposable
{
    private readonly ServerFixture server = fixture.Server;
    private readonly KeptFiles kept = new();

    public void Dispose() => kept.Dispose();

    [Fact]
    public async Task Is_the_scripts_users_alone_and_gone_with_the_step()
    {
        var environment = await server.PlaceAsync("File");
        var project = await server.AddProjectWithAsync("File", [Aws("Cloud", await server.AddAwsAsync("File")), Variable("Google", "GoogleCloudAccount", await server.AddGoogleAsync("File google"))], Bash("Look", $"""
            for file in "$AWS_WEB_IDENTITY_TOKEN_FILE" "$GOOGLE_APPLICATION_CREDENTIALS"; do
                echo "mode $(stat -c '%a' "$file") mine $([ "$(stat -c %u "$file")" = "$(id -u)" ] && echo yes)"
            done
            folder=$(dirname "$AWS_WEB_IDENTITY_TOKEN_FILE"); (touch "$folder/other"; ln -s /etc/passwd "$folder/.aws-token.new") 2>/dev/null || echo "folder closed"
            grep -c '"file": "'"$folder"'/google-token"' "$GOOGLE_APPLICATION_CREDENTIALS"
            echo "core $(ulimit -c)"
            {kept.Keep("path", "$AWS_WEB_IDENTITY_TOKEN_FILE")}
            """));
        var log = (await server.DeployedAsync(project, "1.0.0", environment)).Log;
        log.Split('\n').Count(line => line.Contains("mode 600 mine yes")).ShouldBe(2, log);
        log.ShouldContain("core 0");
        if (LibC.EffectiveUser == 0)
        {
            log.ShouldContain("folder closed");
        }
        File.Exists(kept["path"]).ShouldBeFalse();
        Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(kept["path"]))).ShouldBeFalse();
    }

    [Fact]
    public async Task Is_renewed_at_half_of_its_life_until_the_account_may_no_longer_be_used()
    {
        var (environment, other) = (await server.PlaceAsync("Long"), await server.PlaceAsync("Elsewhere"));
        var account = await server.AddAwsAsync("Renewed");
        var project = await server.AddProjectWithAsync("Long", [Aws("Cloud", account)], Bash("Wait", $$"""
            seen=""
            for n in 1 2; do
                until now=$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE") && [ "$now" != "$seen" ]; do sleep 0.1; done
                seen=$now; {{kept.Keep("token-$n", "$now")}}
            done
            echo "$now"
            until [ -e {{kept.Path}}/stop ]; do sleep 0.1; done
            {{kept.Keep("last", "$(cat $AWS_WEB_IDENTITY_TOKEN_FILE)")}}
            """));
        var task = (await server.DeployAsync(project, "1.0.0", environment)).Single();
        await Eventually.TrueAsync(() => kept.Has("token-1"), "the first token is there", TimeSpan.FromMinutes(1));
        var first = await kept.VerifiedAsync(fixture, "token-1");
        server.Clock.Advance(TimeSpan.FromMinutes(6));
        await Eventually.TrueAsync(() => kept.Has("token-2"), "the token was renewed", TimeSpan.FromMinutes(1));
        var second = await kept.VerifiedAsync(fixture, "token-2");
        (second.Subject, second.Audience).ShouldBe((first.Subject, first.Audience));
        second.Claims.GetProperty("exp").GetInt64().ShouldBeGreaterThan(first.Claims.GetProperty("exp").GetInt64() + 300);

        (await server.Admin.SendAsync("PUT", $"{Api.Space}/accounts/{account.Id}", new { EnvironmentIds = new[] { other } })).ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromMinutes(6));
        await Eventually.TrueAsync(async () => (await server.Admin.SeeAsync($"{Api.Space}/tasks/{task}/raw")).Text.Contains("is not renewed any more"), "the log tells", TimeSpan.FromMinutes(1));
        File.WriteAllText($"{kept.Path}/stop", "");
        var end = await server.EndsAsync(task, "Success");
        end.Log.ShouldContain("The token file of account 'Renewed' is not renewed any more: The running step uses account 'Renewed'");
        kept["last"].ShouldBe(kept["token-2"]);
        end.Log.ShouldNotContain(kept["token-2"][^40..]);
        end.Log.ShouldContain("********", customMessage: "also a token that came while the step ran is masked");
    }
}
