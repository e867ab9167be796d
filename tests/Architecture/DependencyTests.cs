using System.Text.RegularExpressions;

namespace OctoLogin.Tests.Architecture;

/// <summary>Who may know whom (docs/architecture.md), read from the sources' using directives.</summary>
public sealed partial class DependencyTests
{
    private static readonly string[] Ground = ["Database", "Http", "Audit", "Jose", "Versions"];
    private static readonly string[] People = ["OpenIdProvider", "Users", "Teams", "ServiceAccounts", "Spaces"];

    /// <summary>The story's order: each slice may know those before it.</summary>
    private static readonly string[] Resources =
    [
        "Environments", "Lifecycles", "ProjectGroups", "TagSets", "Projects", "Tenants", "Accounts", "CloudLogins", "Machines", "Channels", "Feeds", "Packages", "BuildInformation",
        "Variables", "Releases", "ServerTasks", "Scripts", "Artifacts", "ExecutionAccounts", "Executions", "Runbooks", "AccountTokens", "Deployments", "AccountTests", "HealthChecks",
    ];

    private static readonly string[] Nobodys = ["TokenExchange", "SignIn", "Portal", "CommandLine"];

    public static string Root { get; } = FindRoot();

    [Fact]
    public void Every_slice_knows_only_those_it_may()
    {
        var wrong = new List<string>();
        foreach (var folder in Directory.GetDirectories(Path.Combine(Root, "server")).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj" or "Properties")))
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Root, "server", folder!), "*.cs", SearchOption.AllDirectories))
            {
                var used = UsingDirective().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Distinct();
                wrong.AddRange(used.Where(name => name != folder && !Allowed(folder!, Path.GetFileName(file)).Contains(name)).Select(name => $"{Path.GetRelativePath(Root, file)} uses {name}"));
            }
        }
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Files_can_be_read_in_a_sitting()
    {
        var long_ = new[] { "server", "action" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/") && !file.Contains("/bin/")).Select(file => (file, lines: File.ReadLines(file).Count())).Where(one => one.lines > 200)
            .Select(one => $"{Path.GetRelativePath(Root, one.file)} has {one.lines} lines");
        long_.ShouldBeEmpty();
    }

    [Fact]
    public void An_interface_has_two_implementations()
    {
        var types = typeof(Server).Assembly.GetTypes();
        types.Where(type => type.IsInterface && type.Namespace?.StartsWith("OctoLogin", StringComparison.Ordinal) == true)
            .Where(type => types.Count(other => other is { IsClass: true, IsAbstract: false } && other.IsAssignableTo(type)) < 2)
            .Select(type => type.Name).ShouldBeEmpty();
    }

    private static IEnumerable<string> Allowed(string folder, string file) => folder switch
    {
        "Jose" or "Versions" => ["Http"],
        "Database" or "Http" or "Audit" => [.. Ground, .. Edge(file)],
        "CommandLine" or "Portal" => [.. Ground, .. People, .. Resources, "Access", "TokenExchange", "SignIn"],
        "TokenExchange" => [.. Ground, "Access", "ServiceAccounts", "OpenIdProvider"],
        "SignIn" => [.. Ground, "Access", "Users", "Teams", "OpenIdProvider"],
        "Access" => [.. Ground, .. People],
        "OpenApi" or "Telemetry" => [.. Ground, "Access"],
        _ when People.Contains(folder) => [.. Ground, .. People, .. Edge(file)],
        _ when Resources.Contains(folder) => [.. Ground, "Spaces", "Access", .. Resources.TakeWhile(name => name != folder), .. folder == "Accounts" ? ["OpenIdProvider"] : Array.Empty<string>()],
        _ => Nobodys.Contains(folder) ? [] : [.. Ground],
    };

    private static string[] Edge(string file) => file.EndsWith("Endpoints.cs", StringComparison.Ordinal) ? ["Access", "Http", "OpenIdProvider", "Spaces"] : [];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "OctoLogin.sln")))
        {
            folder = folder.Parent;
        }
        return folder.FullName;
    }

    [GeneratedRegex(@"^using (?:static )?OctoLogin\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
