using System.Text;
using Dapper;
using Npgsql;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>A token is in the script's hands and nowhere else: not in the database, the logs, the task, the audit or a file that stays.</summary>
public sealed class TokenTraceTests(CloudServer fixture) : IClassFixture<CloudServer>, IDisposable
{
    private readonly ServerFixture server = fixture.Server;
    private readonly KeptFiles kept = new();

    public void Dispose() => kept.Dispose();

    [Fact]
    public async Task A_token_leaves_no_trace_whether_the_step_succeeds_fails_or_dumps_core()
    {
        using var marker = new TestDirectory();
        var begun = marker["begun"];
        await File.WriteAllTextAsync(begun, "");
        var environment = await server.PlaceAsync("Traced");
        var account = await server.AddAwsAsync("Traced");
        var project = await server.AddProjectWithAsync("Traced", [Aws("Cloud", account)],
            Bash("Print", $$"""
                {{kept.Keep("first", "#{Cloud.OpenIdConnect.Jwt}")}}
                echo "#{Cloud.OpenIdConnect.Jwt}"; env; set; cat "$AWS_WEB_IDENTITY_TOKEN_FILE" >&2; cp "$AWS_WEB_IDENTITY_TOKEN_FILE" "$TMPDIR/copy"
                set_octopusvariable Token "#{Cloud.OpenIdConnect.Jwt}"; set_octopusvariable Hidden "#{Cloud.OpenIdConnect.Jwt}" -sensitive
                new_octopusartifact "$AWS_WEB_IDENTITY_TOKEN_FILE" "token-#{Cloud.OpenIdConnect.Jwt}"
                """),
            Bash("Fail", $$"""
                {{kept.Keep("second", "#{Cloud.OpenIdConnect.Jwt}")}}
                bash -c 'token="#{Cloud.OpenIdConnect.Jwt}"; kill -SEGV $$'
                fail_step "it was #{Cloud.OpenIdConnect.Jwt}"
                """));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        // The signature: it is random and no part of it is in any other token.
        string[] signatures = [kept["first"].Split('.')[2], kept["second"].Split('.')[2]];
        signatures.ShouldAllBe(signature => signature.Length > 300);
        foreach (var signature in signatures)
        {
            var marks = new[] { signature[..40], signature[100..140], signature[^40..], Convert.ToBase64String(Encoding.UTF8.GetBytes(signature[..48])) };
            Clean("the task", end.Log + end.Details.Text + end.Task.Text, marks);
            Clean("the server's log", string.Join('\n', server.Log.Lines), marks);
            Clean("the audit", (await server.Admin.SeeAsync($"{Api.Space}/events?take=1000")).Text, marks);
            Clean("the database", await DumpAsync(), marks);
        }
        Directory.GetFiles(kept.Path).ToList().ForEach(File.Delete);
        var files = await ChildRunAsync($"""
            find /tmp /var/tmp /var/crash /var/lib/systemd/coredump /dev/shm -xdev -type f -newer {begun} -size -64M -print0 2>/dev/null |
                xargs -0 -r grep -lsaF -e '{signatures[0][100..140]}' -e '{signatures[1][100..140]}' || true
            """);
        files.ShouldBe("", "no file has it");
    }

    private static void Clean(string where, string text, string[] marks)
    {
        text.Length.ShouldBeGreaterThan(2);
        marks.ShouldAllBe(mark => !text.Contains(mark), where);
    }

    /// <summary>Every row of every table as text; bytes as hexadecimal digits and as what they say.</summary>
    private async Task<string> DumpAsync()
    {
        await using var connection = new NpgsqlConnection(server.Database.ConnectionString);
        var all = new StringBuilder();
        foreach (var table in await connection.QueryAsync<string>("select quote_ident(table_name) from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"))
        {
            foreach (var row in await connection.QueryAsync<string>($"select t::text from {table} t"))
            {
                all.AppendLine(row);
            }
        }
        var text = all.ToString();
        foreach (System.Text.RegularExpressions.Match bytes in System.Text.RegularExpressions.Regex.Matches(text, @"\\x([0-9a-f]{20,})"))
        {
            all.AppendLine(Encoding.Latin1.GetString(Convert.FromHexString(bytes.Groups[1].Value)));
        }
        return all.ToString();
    }

    private static async Task<string> ChildRunAsync(string command)
    {
        var (_, output) = await OctoLogin.Database.Embedded.ChildProcess.RunAsync(["bash", "-c", command], CancellationToken.None);
        return output.Trim();
    }
}
