namespace OctoLogin.Action;

/// <summary>
/// What a step tells the runner: workflow commands on standard output, and the files named by GITHUB_ENV, GITHUB_OUTPUT,
/// GITHUB_STATE and GITHUB_STEP_SUMMARY. Nothing else in this program prints.
/// </summary>
internal sealed class WorkflowCommands(TextWriter output, Func<string, string?> environment)
{
    private readonly List<string> secrets = [];

    /// <summary>Called where a secret is read, before anything is done with it: from here on the runner shows *** in its place.</summary>
    public void Mask(string secret)
    {
        if (string.IsNullOrWhiteSpace(secret) || secrets.Contains(secret))
        {
            return;
        }
        output.WriteLine("::add-mask::" + EscapeData(secret));
        secrets.Add(secret);
        // A JWT's signature alone is enough to rebuild the token from claims that we do show.
        if (secret.LastIndexOf('.') is > 0 and var dot && secret.Length - dot > 20)
        {
            secrets.Add(secret[(dot + 1)..]);
        }
    }

    public void Info(string text) => output.WriteLine(WithoutCommands(Redact(text)));

    public void Warning(string text) => output.WriteLine("::warning title=OctoLogin::" + EscapeData(Redact(text)));

    public void Error(string text) => output.WriteLine("::error title=OctoLogin::" + EscapeData(Redact(text)));

    public void SetEnvironment(string name, string value) => Append("GITHUB_ENV", Heredoc(name, value));

    public void SetOutput(string name, string value) => Append("GITHUB_OUTPUT", Heredoc(name, value));

    public void SaveState(string name, string value) => Append("GITHUB_STATE", Heredoc(name, value));

    /// <summary>The summary is for people: where the runner has none (an old Enterprise Server) the log must do.</summary>
    public void AppendSummary(string markdown)
    {
        if (!string.IsNullOrEmpty(environment("GITHUB_STEP_SUMMARY")))
        {
            Append("GITHUB_STEP_SUMMARY", Redact(markdown));
        }
    }

    private void Append(string variable, string text)
    {
        var path = environment(variable);
        if (string.IsNullOrEmpty(path))
        {
            throw new LoginException($"{variable} is not set: this program runs as a step of a GitHub Actions job, whose runner names the file there.");
        }
        try
        {
            File.AppendAllText(path, text);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LoginException($"{variable} names {path}, which cannot be written ({failure.Message}). The runner's files belong to its own user, so the container must run as root.");
        }
    }

    // The value may hold any line. A delimiter that nobody can foresee (122 random bits, from the kernel) keeps it from ending early and
    // naming variables of its own.
    private static string Heredoc(string name, string value)
    {
        var delimiter = "octologin_" + Guid.NewGuid().ToString("N");
        return $"{name}<<{delimiter}\n{value}\n{delimiter}\n";
    }

    private static string EscapeData(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");

    // The runner takes `::command::` at a line's start and the old `##[command]` anywhere in a line for its own.
    private static string WithoutCommands(string text)
    {
        var line = PlainText.OneLine(text, 4000).Replace("##[", "# #[");
        return line.StartsWith("::", StringComparison.Ordinal) ? ". " + line : line;
    }

    private string Redact(string text)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }
        return text;
    }
}
