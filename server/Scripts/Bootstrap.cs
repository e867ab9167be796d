using System.Text;

namespace OctoLogin.Scripts;

/// <summary>The file that a script begins with: the functions, the variables, the environment, and the call of the script itself.</summary>
internal static class Bootstrap
{
    private static readonly Lazy<string> BashFunctions = new(() => Resource("Bootstrap.sh")), PowerShellFunctions = new(() => Resource("Bootstrap.ps1"));

    public static string Extension(ScriptSyntax syntax) => syntax == ScriptSyntax.Bash ? "sh" : "ps1";

    /// <param name="script">The path of the script as it will see it.</param>
    public static string Of(ScriptRequest request, string script) => request.Syntax == ScriptSyntax.Bash ? Bash(request, script) : PowerShell(request, script);

    private static string Bash(ScriptRequest request, string script)
    {
        var text = new StringBuilder(BashFunctions.Value);
        foreach (var (name, value) in request.Variables)
        {
            text.Append($"__octologin_values[{BashQuote("v:" + AsciiLower(name))}]='{Base64(value)}'\n");
        }
        // Here and not in the environment of the first process: what starts it is root, and must not be told what to load.
        foreach (var (name, value) in request.Environment)
        {
            text.Append($"export {name}={BashQuote(value)}\n");
        }
        return text.Append($"source {BashQuote(script)} {request.Parameters}\n").ToString();
    }

    private static string PowerShell(ScriptRequest request, string script)
    {
        var text = new StringBuilder(PowerShellFunctions.Value);
        foreach (var (name, value) in request.Variables)
        {
            text.Append($"$OctopusParameters[(Decode-ServiceMessageValue '{Base64(name)}')] = (Decode-ServiceMessageValue '{Base64(value)}')\n");
        }
        foreach (var (name, value) in request.Environment)
        {
            text.Append($"$env:{name} = (Decode-ServiceMessageValue '{Base64(value)}')\n");
        }
        return text.Append($". '{script.Replace("'", "''", StringComparison.Ordinal)}' {request.Parameters}\n")
            .Append("if ((Test-Path variable:global:LASTEXITCODE) -and $LASTEXITCODE) { exit $LASTEXITCODE }\n").ToString();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string BashQuote(string text) => "'" + text.Replace("\0", "", StringComparison.Ordinal).Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    // As ${name,,} does it in the C locale.
    private static string AsciiLower(string name) => new([.. name.Select(character => char.IsAsciiLetterUpper(character) ? (char)(character | 0x20) : character)]);

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Bootstrap).Assembly.GetManifestResourceStream($"OctoLogin.Scripts.{name}")!);
        return reader.ReadToEnd();
    }
}
