using System.Text;

namespace OctoLogin.ServerTasks;

/// <summary>One pass over a text that may come in pieces. What may be the beginning of a secret is held back until it is known.</summary>
internal sealed class MaskScan(SecretMask mask)
{
    /// <summary>So that a text of line breaks alone is not held back for ever.</summary>
    private const int MostBreaks = 64;

    /// <summary>When nothing more can be waited for, so many characters of a secret's beginning, or half of it, are masked too.</summary>
    private const int TellingBeginning = 8;

    private readonly List<char> held = [];

    // In order and apart from each other. Positions count characters that are no line breaks, as the automaton does.
    private readonly List<(long From, long To)> found = [];
    private MaskAutomaton automaton = mask.Automaton;
    private int node = MaskAutomaton.Start;
    private long heldFrom;
    private long position;
    private long lineFrom;
    private int breaks;
    private long steps;

    public bool HoldsText => held.Count > 0;

    /// <summary>How many edges of the automaton were looked at.</summary>
    public long Steps => steps;

    public void Write(ReadOnlySpan<char> text, StringBuilder masked)
    {
        FollowMask();
        held.AddRange(text);
        foreach (var character in text)
        {
            if (character is '\r' or '\n')
            {
                lineFrom = position;
                node = ++breaks > MostBreaks ? MaskAutomaton.Start : node;
                continue;
            }
            breaks = 0;
            node = automaton.Next(node, character, ref steps);
            position++;
            Find(automaton.LongestFound(node, position - lineFrom));
        }
        Release(position - automaton.Beginning(node), masked);
    }

    /// <summary>Lets go of what is held. A secret that goes on afterwards is still recognized, so that at most its beginning is seen.</summary>
    /// <param name="isCut">Whether the text goes on, or would have. A text that is complete shows no secret by its end.</param>
    public void End(StringBuilder masked, bool isCut)
    {
        var begun = automaton.Beginning(node);
        if (isCut && begun >= Math.Min(TellingBeginning, (automaton.ShortestBegun(node) + 1) / 2))
        {
            Find(begun);
        }
        Release(position, masked);
    }

    // Overlapping ones become one.
    private void Find(int length)
    {
        var from = Math.Max(position - length, heldFrom);
        if (from == position)
        {
            return;
        }
        while (found.Count > 0 && found[^1].To > from)
        {
            from = Math.Min(from, found[^1].From);
            found.RemoveAt(found.Count - 1);
        }
        found.Add((from, position));
    }

    private void Release(long until, StringBuilder masked)
    {
        // A secret that overlaps what may be another one waits with it.
        for (var last = found.Count - 1; last >= 0 && found[last].To > until; last--)
        {
            until = Math.Min(until, found[last].From);
        }
        var (next, taken) = (0, 0);
        for (; taken < held.Count; taken++)
        {
            var character = held[taken];
            var isBreak = character is '\r' or '\n';
            if (!isBreak && heldFrom >= until)
            {
                break;
            }
            // A line break before the first character of a secret stays, one between its characters goes with them.
            var from = next < found.Count ? found[next].From : long.MaxValue;
            if (isBreak ? heldFrom <= from : heldFrom < from)
            {
                masked.Append(character);
            }
            else if (!isBreak && heldFrom == from)
            {
                masked.Append(SecretMask.Masked);
            }
            heldFrom += isBreak ? 0 : 1;
            next += !isBreak && next < found.Count && heldFrom == found[next].To ? 1 : 0;
        }
        // The line break at the end of what may be a secret's beginning waits with it.
        held.RemoveRange(0, taken);
        found.RemoveRange(0, next);
    }

    // What was known to be a beginning still is one where secrets were added.
    private void FollowMask()
    {
        var current = mask.Automaton;
        if (current == automaton)
        {
            return;
        }
        var path = automaton.Path(node);
        (automaton, node) = (current, MaskAutomaton.Start);
        foreach (var character in path)
        {
            node = automaton.Next(node, character, ref steps);
        }
    }
}
