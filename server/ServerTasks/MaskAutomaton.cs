namespace OctoLogin.ServerTasks;

/// <summary>
/// Finds all forms of all secrets in one pass (Aho and Corasick, 1975): the time depends on the length of the text and not on how many there are.
/// Line breaks are no part of a pattern, so that a secret is found however it is cut into lines. Immutable once built.
/// </summary>
internal sealed class MaskAutomaton
{
    public const int Start = 0;

    // A node whose child was added right after it needs no entry in the table of edges, which keeps long secrets small.
    private readonly List<char> characters = ['\0'];
    private readonly List<int> parents = [-1];
    private readonly List<int> depths = [0];
    private readonly Dictionary<long, int> branches = [];
    private readonly List<byte> ends = [0];
    private int[] failures = [];
    private int[] found = [];
    private int[] shortest = [];
    private int[] beginnings = [];

    private const byte Ends = 1, EndsAcrossLines = 2;

    public static MaskAutomaton Empty { get; } = Of([]);

    public static MaskAutomaton Of(IEnumerable<MaskPattern> patterns)
    {
        var automaton = new MaskAutomaton();
        foreach (var pattern in patterns)
        {
            automaton.Add(pattern);
        }
        automaton.Link();
        return automaton;
    }

    /// <summary>How many of the last characters may be the beginning of a secret that goes on.</summary>
    public int Beginning(int node) => depths[beginnings[node]];

    /// <summary>The length of the shortest secret that may have begun.</summary>
    public int ShortestBegun(int node) => shortest[beginnings[node]];

    /// <param name="steps">Counts the edges that were looked at: at most two for each character in the long run.</param>
    public int Next(int node, char character, ref long steps)
    {
        while (true)
        {
            steps++;
            var child = Child(node, character);
            if (child != Start || node == Start)
            {
                return child;
            }
            node = failures[node];
        }
    }

    /// <summary>The length of the longest pattern that ends here, or 0.</summary>
    /// <param name="onThisLine">How many characters there are since the last line break. Few characters on two lines are a coincidence, unless the secret itself has lines.</param>
    public int LongestFound(int node, long onThisLine)
    {
        for (var end = found[node]; end != Start; end = found[failures[end]])
        {
            if (depths[end] <= onThisLine || (ends[end] & EndsAcrossLines) != 0)
            {
                return depths[end];
            }
        }
        return 0;
    }

    /// <summary>The characters that lead to a node.</summary>
    public string Path(int node)
    {
        var path = new char[depths[node]];
        for (; node != Start; node = parents[node])
        {
            path[depths[node] - 1] = characters[node];
        }
        return new string(path);
    }

    private int Child(int node, char character) =>
        node + 1 < parents.Count && parents[node + 1] == node && characters[node + 1] == character ? node + 1
        : branches.GetValueOrDefault(((long)node << 16) | character);

    private void Add(MaskPattern pattern)
    {
        var node = Start;
        foreach (var character in pattern.Text)
        {
            var child = Child(node, character);
            if (child == Start)
            {
                child = parents.Count;
                characters.Add(character);
                parents.Add(node);
                depths.Add(depths[node] + 1);
                ends.Add(0);
                if (child != node + 1)
                {
                    branches.Add(((long)node << 16) | character, child);
                }
            }
            node = child;
        }
        ends[node] |= pattern.AcrossLines ? (byte)(Ends | EndsAcrossLines) : Ends;
    }

    private void Link()
    {
        (failures, found, shortest, beginnings) = (new int[parents.Count], new int[parents.Count], new int[parents.Count], new int[parents.Count]);
        // A child has a higher number than its parent. Of a node it is what goes on from there.
        Array.Fill(shortest, int.MaxValue);
        for (var node = parents.Count - 1; node > Start; node--)
        {
            shortest[parents[node]] = Math.Min(shortest[parents[node]], ends[node] != 0 ? depths[node] : shortest[node]);
        }
        var unused = 0L;
        // Parents come before their children in a list ordered by depth, and a failure is never as deep as its node.
        foreach (var node in Enumerable.Range(1, parents.Count - 1).OrderBy(node => depths[node]))
        {
            failures[node] = parents[node] == Start ? Start : Next(failures[parents[node]], characters[node], ref unused);
            found[node] = ends[node] != 0 ? node : found[failures[node]];
            beginnings[node] = shortest[node] != int.MaxValue ? node : beginnings[failures[node]];
        }
    }
}

/// <param name="Text">Without line breaks.</param>
/// <param name="AcrossLines">Whether it is also masked where it is cut into lines.</param>
internal readonly record struct MaskPattern(string Text, bool AcrossLines);
