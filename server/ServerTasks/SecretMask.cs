using System.Text;

namespace OctoLogin.ServerTasks;

/// <summary>
/// Keeps secrets out of logs. Each is also masked in the forms that <see cref="SecretForms"/> lists, each of its lines, and when it is cut into pieces or lines.
/// Thread-safe; grows while a task runs.
/// </summary>
public sealed class SecretMask
{
    public const string Masked = "********";

    /// <summary>Beginning with this many characters a text is masked also where a line break cuts it.</summary>
    private const int ShortestAcrossLines = 8;

    /// <summary>What is longer is masked beyond this only as it is, in pieces, for the other forms take ten times the memory.</summary>
    private const int Longest = 64 * 1024;

    private const int Piece = 1024;

    private readonly Lock gate = new();
    private readonly HashSet<string> secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> patterns = new(StringComparer.Ordinal);
    private volatile MaskAutomaton? automaton = MaskAutomaton.Empty;

    /// <summary>Secrets of fewer than four characters are not masked: too much would be.</summary>
    public void Add(string? secret)
    {
        if (secret is null || secret.Length < SecretForms.Shortest)
        {
            return;
        }
        lock (gate)
        {
            if (!secrets.Add(secret))
            {
                return;
            }
            var begin = secret.Length <= Longest ? secret : secret[..Longest];
            foreach (var form in SecretForms.Of(begin).Concat(secret.Skip(Longest).Chunk(Piece).Select(piece => new string(piece))))
            {
                var text = WithoutBreaks(form);
                if (text.Length >= SecretForms.Shortest)
                {
                    patterns[text] = text.Length >= ShortestAcrossLines || text.Length < form.Length || patterns.GetValueOrDefault(text);
                }
            }
            automaton = null;
        }
    }

    /// <summary>Every occurrence becomes ********.</summary>
    public string Apply(string text)
    {
        var current = Automaton;
        if (current == MaskAutomaton.Empty || text.Length < SecretForms.Shortest)
        {
            return text;
        }
        var masked = new StringBuilder(text.Length);
        var scan = new MaskScan(this);
        scan.Write(text, masked);
        scan.End(masked, isCut: false);
        return masked.ToString();
    }

    /// <summary>For text that comes in pieces: whole masked lines go out.</summary>
    public MaskedLines Lines(Action<string> line) => new(this, line);

    /// <summary>Built when it is asked for, so that many secrets added one after the other cost one building.</summary>
    internal MaskAutomaton Automaton
    {
        get
        {
            if (automaton is { } built)
            {
                return built;
            }
            lock (gate)
            {
                return automaton ??= MaskAutomaton.Of(patterns.Select(pattern => new MaskPattern(pattern.Key, pattern.Value)));
            }
        }
    }

    private static string WithoutBreaks(string text) => text.AsSpan().ContainsAny('\r', '\n')
        ? text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
        : text;
}
