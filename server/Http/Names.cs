namespace OctoLogin.Http;

/// <summary>Names in an error message.</summary>
public static class Names
{
    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{Printable.Of(name, 100)}'"));
}
