namespace OctoLogin.Http;

/// <summary>A new order that a client sends as Ids. Pure.</summary>
public static class SortOrder
{
    /// <summary>All Ids: those sent, then those that were left out, in their present order.</summary>
    public static string[] Of(IReadOnlyList<string?> sent, IReadOnlyList<string> present, string kind)
    {
        var validation = new Validation();
        foreach (var unknown in sent.Where(id => id is null || !present.Contains(id)))
        {
            validation.Check(false, $"There is no {kind} with the Id '{Printable.Of(unknown)}' in this space.");
        }
        validation.Check(sent.Distinct().Count() == sent.Count, $"The order names {kind}s more than once.");
        validation.ThrowIfAny();
        return [.. sent.Concat(present.Except(sent)).OfType<string>()];
    }
}
