namespace OctoLogin.Http;

/// <summary>Gathers every problem of a request before it is refused, so that one answer names them all.</summary>
public sealed class Validation
{
    /// <summary>A body of many megabytes may have a fault in every line; the answer must not outgrow it.</summary>
    public const int MostFaults = 100;

    private readonly List<string> faults = [];

    public Validation Check(bool ok, string fault)
    {
        if (!ok && faults.Count <= MostFaults)
        {
            faults.Add(faults.Count < MostFaults ? fault : $"There are more problems; these are the first {MostFaults}.");
        }
        return this;
    }

    public Validation Fault(string? fault) => Check(fault is null, fault ?? "");

    /// <summary>The trimmed value; a fault when it is absent, empty, too long or holds control characters.</summary>
    public string Required(string property, string? value, int most = 200)
    {
        var text = value?.Trim() ?? "";
        Check(text.Length > 0, $"{property} is required.");
        return Bounded(property, text, most);
    }

    /// <summary>The trimmed value, null when absent or empty.</summary>
    public string? Optional(string property, string? value, int most = 200)
    {
        var text = value?.Trim();
        return string.IsNullOrEmpty(text) ? null : Bounded(property, text, most);
    }

    /// <summary>Text that may span lines, such as a description; null when absent or empty.</summary>
    public string? OptionalText(string property, string? value, int most = 100_000)
    {
        Check(value is null || value.Length <= most, $"{property} may have at most {most} characters, not {value?.Length}.");
        Check(value is null || !value.Contains('\0'), $"{property} may not hold a NUL character.");
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    /// <summary>Null when absent or empty; a fault when it is none of the names.</summary>
    public T? OneOf<T>(string property, string? sent) where T : struct, Enum
    {
        // By name only: as JSON enums do, Enum.TryParse would also take a number that is none of them.
        var known = Enum.GetValues<T>().Where(value => value.ToString().Equals(sent, StringComparison.OrdinalIgnoreCase)).ToList();
        Check(string.IsNullOrEmpty(sent) || known.Count == 1, $"{property} must be {string.Join(", ", Enum.GetNames<T>())}, not '{Printable.Of(sent)}'.");
        return known.Count == 1 ? known[0] : null;
    }

    /// <summary>The slug that was sent, else the present one, else one made from the name.</summary>
    public string Slug(string? sent, string present, string name)
    {
        var slug = Optional("Slug", sent);
        Fault(slug is null ? null : Http.Slug.Fault(slug));
        return slug ?? (present.Length > 0 ? present : Http.Slug.From(name));
    }

    public void ThrowIfAny()
    {
        if (faults.Count > 0)
        {
            throw ApiException.BadRequest([.. faults]);
        }
    }

    private string Bounded(string property, string text, int most)
    {
        Check(text.Length <= most, $"{property} may have at most {most} characters, not {text.Length}.");
        Check(!text.Any(char.IsControl), $"{property} may not hold control characters: '{Printable.Of(text, 60)}'.");
        return text;
    }
}
