namespace OctoLogin.Executions;

/// <summary>Tenant tags, written <c>Set/Tag</c>: of each set that is named, one of the tags named is needed. Pure.</summary>
public static class TagRule
{
    public static bool Matches(IReadOnlyCollection<string> wanted, IReadOnlyCollection<string> tags) =>
        wanted.GroupBy(SetOf, StringComparer.OrdinalIgnoreCase).All(set => set.Any(tag => tags.Contains(tag, StringComparer.OrdinalIgnoreCase)));

    private static string SetOf(string tag) => tag.Split('/')[0];
}
