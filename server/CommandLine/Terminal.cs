using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.CommandLine;

/// <summary>Where a verb answers (output), explains (error) and is given secrets (input).</summary>
/// <param name="Prompt">Asks the person at the keyboard without showing what is typed; null when nobody is there.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, TextReader Input, Func<string, string>? Prompt = null)
{
    private static readonly JsonSerializerOptions Indented = new(Http.Json.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Terminal OfProcess() => new(Console.Out, Console.Error, Console.In, Console.IsInputRedirected ? null : AskAtKeyboard);

    public void Say(string line) => Output.WriteLine(line);

    public void Json(object value) => Output.WriteLine(JsonSerializer.Serialize(value, Indented));

    /// <summary>Columns as wide as what is in them; control characters of what others wrote are escaped.</summary>
    public void Table(string[] head, IEnumerable<string?[]> rows)
    {
        var lines = new List<string[]> { head };
        lines.AddRange(rows.Select(row => row.Select(cell => cell is null ? "" : Printable.Of(cell)).ToArray()));
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            Output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>All of standard input without its last line end. Secrets come this way: an argument is visible to every user of the machine.</summary>
    public string ReadSecret(string option)
    {
        var text = Input.ReadToEnd().TrimEnd('\r', '\n');
        return text.Length > 0 ? text : throw new UsageException($"{option} was given, and standard input is empty. Send it there, e.g.: {option} < file");
    }

    private static string AskAtKeyboard(string question)
    {
        Console.Error.Write($"{question}: ");
        var answer = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                answer.Length = Math.Max(0, answer.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                answer.Append(key.KeyChar);
            }
        }
        Console.Error.WriteLine();
        return answer.ToString();
    }
}
