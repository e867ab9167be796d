namespace OctoLogin.DevIssuer;

/// <summary>Where things are: the repository, its built programs, the data, the addresses.</summary>
internal sealed record RunOptions
{
    public required string Root { get; init; }

    /// <summary>The server's, without a slash at its end.</summary>
    public required string Url { get; init; }
    public required string DataDirectory { get; init; }

    /// <summary>End after the demonstration.</summary>
    public required bool Once { get; init; }

    public string ServerProgram => Built("server", "octologin.dll");
    public string ActionProgram => Built("action", "octologin-action.dll");
    public string IssuerDirectory => Path.Combine(DataDirectory, "dev-issuer");
    public string AdminKeyFile => Path.Combine(DataDirectory, "admin-api-key");
    public string AdminPasswordFile => Path.Combine(DataDirectory, "admin-password");
    public string ServerLog => Path.Combine(DataDirectory, "server.log");

    public static RunOptions Read(string[] args)
    {
        if (args.FirstOrDefault(arg => arg != "--once") is { } unknown)
        {
            throw new DemoException($"./run does not know '{unknown}'. It takes --once (end after the demonstration); OCTOLOGIN_URL and DataDirectory in the environment say where to serve and where to keep data.");
        }
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "OctoLogin.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new DemoException("This program belongs into its repository, which has OctoLogin.sln: start it with ./run there.");
        }
        var url = Variable("OCTOLOGIN_URL") ?? Variable("Urls") ?? "http://localhost:8065";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri is not { Scheme: "http", IsLoopback: true })
        {
            throw new DemoException($"OCTOLOGIN_URL is '{url}'; ./run serves on this machine alone: write a loopback URL such as http://localhost:8065.");
        }
        return new RunOptions
        {
            Root = root,
            Url = url.TrimEnd('/'),
            DataDirectory = Path.GetFullPath(Variable("DataDirectory") ?? Path.Combine(root, "data")),
            Once = args.Contains("--once") || Variable("RUN_DEMO_ONLY") == "1",
        };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    // The programs lie beside this one, built in the same configuration: …/tools/DevIssuer/bin/Release/net10.0/.
    private string Built(string project, string file)
    {
        var framework = AppContext.BaseDirectory.TrimEnd('/');
        return Path.Combine(Root, project, "bin", Path.GetFileName(Path.GetDirectoryName(framework)!), Path.GetFileName(framework), file);
    }
}

/// <summary>Something that the person who called ./run can see or mend; its message is printed alone.</summary>
internal sealed class DemoException(string message) : Exception(message);
