using System.Globalization;
using System.Text;

namespace OctoLogin.Variables;

/// <summary>What names stand for while one text is written: variables, the items of loops, parts of JSON. Each is worked out once.</summary>
/// <param name="expand">A value with the values in it.</param>
/// <param name="charge">Told how many characters were read or made.</param>
public sealed class TemplateValues(SubstitutionSource source, Func<string, string> expand, Action<int> charge)
{
    // In characters that take as long: a loop may write nothing, and be in another.
    private const int CostOfRound = 50;
    private const string Index = "Octopus.Template.Each.Index", First = "Octopus.Template.Each.First", Last = "Octopus.Template.Each.Last";

    private readonly HashSet<string> cycles = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> inProgress = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<LoopItem> loops = [];
    private Dictionary<string, string> known = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlySet<string> Cycles => cycles;
    public IReadOnlySet<string> Used => used;

    /// <summary>Null: it has no value.</summary>
    public string? Calculate(TemplateExpression expression)
    {
        switch (expression)
        {
            case LiteralExpression literal:
                return literal.Text;
            case SymbolExpression symbol:
                return symbol.Steps.Count > 0 && NameOf(symbol) is { } name ? Find(symbol, name) : null;
            case FilterExpression filter:
                var argument = Calculate(filter.Argument);
                var options = filter.Options.Select(option => Calculate(option) ?? "").ToArray();
                charge(1 + (argument?.Length ?? 0) + options.Sum(option => option.Length));
                var result = Filters.Apply(filter.Name, argument, options, source.Now, charge);
                charge(result?.Length ?? 0);
                return result;
            default:
                throw new InvalidOperationException($"{expression.GetType().Name} has no value.");
        }
    }

    public List<LoopItem> ItemsOf(SymbolExpression symbol)
    {
        if (NameOf(symbol) is not { } name)
        {
            return [];
        }
        var indexes = source.IndexesOf(name);
        charge(indexes.Count);
        if (indexes.Count > 0)
        {
            return [.. indexes.Select(index => new LoopItem { Path = $"{name}[{index}]", Key = index })];
        }
        if (Find(symbol, name) is not { } value)
        {
            return [];
        }
        charge(value.Length);
        return JsonValues.ItemsOf(value) is { } items ? items.ConvertAll(item => new LoopItem { Text = item.Value, Key = item.Key })
            : [.. value.Split(',').Select(item => new LoopItem { Text = item })];
    }

    /// <summary>What is done for one item of a loop, whose name stands for it meanwhile.</summary>
    public void Within(LoopItem item, Action work)
    {
        charge(CostOfRound);
        // What a value was outside says nothing of what it is where the loop's own names hold.
        var outside = known;
        known = new(StringComparer.OrdinalIgnoreCase);
        loops.Add(item);
        work();
        loops.RemoveAt(loops.Count - 1);
        known = outside;
    }

    /// <summary>The variable that is meant, with its indexes looked up and the loop's name replaced by what it stands for. Null: an index has no value.</summary>
    private string? NameOf(SymbolExpression symbol)
    {
        var name = new StringBuilder();
        var loop = loops.FindLast(item => item.Path is not null && Same(item.Name, symbol.Steps[0].Text));
        foreach (var step in symbol.Steps)
        {
            var index = step.Symbol is null ? step.Text : Calculate(step.Symbol);
            if (index is null)
            {
                return null;
            }
            if (step.IsIndex && index == "*" && source.IndexesOf(name.ToString()) is [var any, ..])
            {
                index = any;
            }
            _ = step.IsIndex ? name.Append('[').Append(index).Append(']')
                : name.Length > 0 ? name.Append('.').Append(index) : name.Append(loop?.Path ?? index);
            charge(index.Length);
        }
        return name.ToString();
    }

    private string? Find(SymbolExpression symbol, string name)
    {
        if (known.TryGetValue(name, out var before))
        {
            return before;
        }
        if (inProgress.Count == Substitution.MostDepth || !inProgress.Add(name))
        {
            cycles.Add(name);
            return null;
        }
        var value = OfLoop(symbol, name) ?? OfVariable(name) ?? OfJson(name);
        inProgress.Remove(name);
        if (value is not null)
        {
            known[name] = value;
        }
        return value;
    }

    private string? OfLoop(SymbolExpression symbol, string name)
    {
        var special = loops.Count == 0 ? null : loops[^1];
        var item = loops.FindLast(loop => Same(loop.Name, symbol.Steps[0].Text));
        return special is not null && Same(name, Index) ? special.Index.ToString(CultureInfo.InvariantCulture)
            : special is not null && Same(name, First) ? special.Index == 0 ? "True" : "False"
            : special is not null && Same(name, Last) ? special.IsLast ? "True" : "False"
            : item is null ? null
            : item.Path is not null ? OfVariable(name) ?? (symbol.Steps.Count == 1 || IsKey(symbol) ? item.Key : null)
            : symbol.Steps.Count == 1 ? item.Text
            : JsonValues.Find(item.Text!, name[item.Name.Length..]) ?? (IsKey(symbol) ? item.Key : IsValue(symbol) ? item.Text : null);
    }

    private string? OfVariable(string name)
    {
        if (source.Find(name) is not { } raw)
        {
            return null;
        }
        used.Add(name);
        return expand(raw);
    }

    /// <summary><c>A.B[0]</c> where A is a variable that holds JSON.</summary>
    private string? OfJson(string name)
    {
        for (var end = name.Length - 1; end > 0; end--)
        {
            if (name[end] is '.' or '[' && source.Find(name[..end]) is { } json)
            {
                charge(json.Length);
                if (JsonValues.Find(json, name[end..]) is { } found)
                {
                    used.Add(name[..end]);
                    return expand(found);
                }
            }
        }
        return null;
    }

    private static bool IsKey(SymbolExpression symbol) => symbol.Steps is [_, { IsIndex: false } second] && Same(second.Text, "Key");

    private static bool IsValue(SymbolExpression symbol) => symbol.Steps is [_, { IsIndex: false } second] && Same(second.Text, "Value");

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One of what a loop goes over.</summary>
/// <param name="Path">The variable that the loop's name stands for; null: the text itself.</param>
/// <param name="Key">The index or the JSON member's name; null: it has none.</param>
public sealed record LoopItem(string? Path = null, string? Key = null, string? Text = null, string Name = "", int Index = 0, bool IsLast = false);
