using System.Text.RegularExpressions;
using OctoLogin.CommandLine;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Which arguments are settings, which are options, and what is told about those that are neither. Nothing is opened.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("There is no setting 'DataDirctory' (--DataDirctory). Did you mean DataDirectory?", "--DataDirctory=/x")]
    [InlineData("There is no setting 'issuer' (--issuer:AllowPrivateNetwork:0). Did you mean Issuers?", "--issuer:AllowPrivateNetwork:0=x")]
    [InlineData("The setting Urls needs a value: --Urls=…", "serve", "--Urls")]
    [InlineData("octologin identity add has no option --bogus. Try: octologin identity add --help", "identity", "add", "--bogus")]
    [InlineData("Unrecognized command or argument '--usernme'.", "admin", "--usernme", "x")]
    [InlineData("Unrecognized command or argument 'identiti'.", "identiti")]
    [InlineData("Required argument missing for command: 'list'.", "identity", "list")]
    [InlineData("Option '--purpose' is required.", "api-key", "create", "ci")]
    [InlineData("--expires is '30x'; write a whole number with s, m, h or d, as in --expires 1h", "api-key", "create", "ci", "--purpose", "p", "--expires", "30x")]
    [InlineData("--github is 'web'; write owner and repository, as in --github acme/web", "identity", "add", "ci", "--github", "web", "--any")]
    [InlineData("--github needs exactly one of --branch, --tag, --environment, --pull-request and --any, to say which runs are let in; 2 are given.", "identity", "add", "ci", "--github", "a/b", "--any", "--branch", "x")]
    [InlineData("belong to --github OWNER/REPO, which is missing.", "identity", "add", "ci", "--branch", "main")]
    [InlineData("--condition is 'ref'; write a claim and what it may be", "identity", "add", "ci", "--condition", "ref")]
    [InlineData("--condition names the claim 'ref' twice; give all its values at once: --condition ref=a,b", "identity", "add", "ci", "--condition", "ref=a", "--condition", "ref=b")]
    [InlineData("--condition names the claim 'ref' twice; give all its values at once: --condition ref:oneof=a,b", "identity", "add", "ci", "--condition", "ref:oneof=a", "--condition", "ref:oneof=b")]
    [InlineData("--condition is 'fork:absent=true'; write a claim and what it may be", "identity", "add", "ci", "--condition", "fork:absent=true")]
    [InlineData("--condition is 'ref:equals'; write a claim and what it may be", "identity", "add", "ci", "--condition", "ref:equals")]
    [InlineData("--condition is ':exists'; write a claim and what it may be", "identity", "add", "ci", "--condition", ":exists")]
    [InlineData("Give either --token-stdin or --claims FILE.", "identity", "test", "ci")]
    [InlineData("--token-stdin was given, and standard input is empty.", "identity", "test", "ci", "--token-stdin")]
    [InlineData("Urls has 'nonsense'; each entry must be a URL to listen on", "health", "--Urls=nonsense")]
    [InlineData("Issuers:Trusted is 'https://ci.example.com'; it must be a list: Issuers:Trusted:0=", "migrate", "--Issuers:Trusted=https://ci.example.com")]
    [InlineData("Issuers:Trusted: Issuer 'ci.example.com' must be a URL", "migrate", "--Issuers:Trusted:0=ci.example.com")]
    [InlineData("RateLimits:ExchangesPerMinutePerIssuer is '-1'; it must be a whole number of 0 (no limit) or more.", "migrate", "--RateLimits:ExchangesPerMinutePerIssuer=-1")]
    [InlineData("RateLimits:RefusalsPerMinute is '0'; it must be a whole number above 0.", "migrate", "--RateLimits:RefusalsPerMinute=0")]
    public async Task Tells_wrong_usage_with_exit_code_2(string error, params string[] args)
    {
        var run = await RunAsync(args);
        run.ExitCode.ShouldBe(2, run.All);
        run.Error.ShouldContain(error);
    }

    [Fact]
    public async Task Lists_every_faulty_setting_at_once()
    {
        var run = await RunAsync("migrate", "--ServerUri=nonsense", "--Issuers:Proxy=ftp://x", "--database:starttimeout", "soon", "--DataDirectory=/nowhere");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("3 settings are wrong:\n");
        run.Error.ShouldContain("Database:StartTimeout is 'soon'");
        Directory.Exists("/nowhere").ShouldBeFalse();
    }

    [Fact]
    public async Task Warns_of_a_secret_among_the_arguments_without_repeating_it()
    {
        var run = await RunAsync("health", "--Urls=http://localhost:1", "--Admin:ApiKey=API-THISISASECRETTHISISASECRET");
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldStartWith("Admin:ApiKey was given as an argument, which every user of this machine can read. Give it as Admin__ApiKey in the environment");
        run.All.ShouldNotContain("THISISASECRET");
    }

    [Fact]
    public async Task Shows_help_with_examples_for_every_verb()
    {
        var help = await RunAsync("--help");
        (help.ExitCode, help.Error).ShouldBe((0, ""));
        foreach (var verb in (string[])["serve", "health", "admin", "service-account", "identity", "access-token", "api-key", "keys", "issuer", "audit", "migrate"])
        {
            help.Output.ShouldContain($"\n  {verb}");
        }
        help.Output.ShouldContain("Exit codes: 0 done; 1 refused or failed");
        (await RunAsync("identity", "add", "--help")).Output.ShouldContain("Examples:\n  octologin identity add ci --github acme/web --branch main\n");
    }

    [Theory]
    [InlineData(null, "http://localhost:8065/health/ready")]
    [InlineData("http://+:80;https://+:443", "http://127.0.0.1/health/ready")]
    [InlineData("http://0.0.0.0:8065", "http://127.0.0.1:8065/health/ready")]
    [InlineData("http://[::]:8065", "http://[::1]:8065/health/ready")]
    [InlineData("https://*:8443", "https://127.0.0.1:8443/health/ready")]
    public void Asks_for_health_on_loopback_where_the_server_listens_on_every_address(string? urls, string expected) =>
        HealthVerb.ReadyUrl(urls).AbsoluteUri.ShouldBe(expected);

    [Fact]
    public void Knows_every_setting_that_the_server_reads()
    {
        var read = Directory.EnumerateFiles(Path.Combine(Repository.Root, "server"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), """(?:onfiguration\[|GetSection\(|GetValue<\w+>\()"(\w+)""").Select(match => match.Groups[1].Value))
            .Distinct();
        read.Except(SettingArguments.Known).ShouldBeEmpty("add them to SettingArguments.Known");
    }

    private static async Task<ProgramRun> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await Verbs.RunAsync(args, new Terminal(output, error, new StringReader("")), default);
        return new ProgramRun(exitCode, output.ToString(), error.ToString(), default);
    }
}
