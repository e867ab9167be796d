namespace OctoLogin.Portal;

/// <summary>Check boxes for one property that is a list.</summary>
/// <param name="Name">The property, such as <c>Input.EnvironmentIds</c>.</param>
/// <param name="Hint">What it means to choose none, above all.</param>
public sealed record Choices(string Name, string Legend, IReadOnlyList<Choice> Items, string? Hint = null, string Empty = "There are none.")
{
    /// <summary>What was chosen and is not among the things that the caller sees stays a choice, so that saving does not take it away.</summary>
    public static Choices Of(string name, string legend, IEnumerable<Thing> things, IReadOnlyCollection<string>? chosen, string? hint = null, string empty = "There are none.")
    {
        var seen = things.ToList();
        return new(name, legend,
            [
                .. seen.Select(thing => new Choice(thing.Id, thing.Name, chosen?.Contains(thing.Id) == true)),
                .. (chosen ?? []).Except(seen.Select(thing => thing.Id)).Select(id => new Choice(id, $"{id} (not visible to you)", true)),
            ], hint, empty);
    }
}

public sealed record Choice(string Value, string Text, bool IsChosen, string? Hint = null);

/// <summary>Something that can be chosen.</summary>
public sealed record Thing(string Id, string Name);
