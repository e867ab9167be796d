using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>
/// The <c>sub</c> of an ID token about what this server does: parts <c>key:slug</c> joined by <c>:</c>, always in one order. A slug has no
/// <c>:</c>, so no name can make one subject look like another. Pure.
/// </summary>
public static class DeploymentSubject
{
    /// <summary>Google takes at most 127 bytes; AWS 255 characters, Entra 600.</summary>
    public const int MostBytes = 127;

    /// <summary>AWS takes no shorter one.</summary>
    public const int LeastBytes = 6;

    /// <summary>Every key with its part, in the order in which they stand in a subject.</summary>
    private static readonly (string Key, Func<SubjectParts, string?> Of)[] Keys =
    [
        ("space", parts => parts.Space),
        ("project group", parts => parts.ProjectGroup),
        ("project", parts => parts.Project),
        ("runbook", parts => parts.Runbook),
        ("tenant", parts => parts.Tenant),
        ("environment", parts => parts.Environment),
        ("target", parts => parts.Target),
        ("account", parts => parts.Account),
        ("feed", parts => parts.Feed),
        ("type", parts => parts.Type),
    ];

    public static IReadOnlyList<string> Allowed(SubjectUse use) => use switch
    {
        SubjectUse.Deployment or SubjectUse.Runbook => ["space", "project group", "project", "runbook", "tenant", "environment", "account", "type"],
        SubjectUse.HealthCheck => ["space", "account", "target", "type"],
        SubjectUse.AccountTest => ["space", "account", "type"],
        _ => ["space", "feed"],
    };

    public static IReadOnlyList<string> Default(SubjectUse use) => use switch
    {
        SubjectUse.Deployment or SubjectUse.Runbook => ["space", "project", "tenant", "environment"],
        SubjectUse.HealthCheck => ["space", "target", "account"],
        SubjectUse.AccountTest => ["space", "account"],
        _ => ["space", "feed"],
    };

    /// <param name="keys">In any order; none: the default.</param>
    public static SubjectText Of(SubjectUse use, IReadOnlyList<string> keys, SubjectParts parts)
    {
        var wanted = keys.Count > 0 ? keys : Default(use);
        var told = parts with { Type = parts.Type ?? TypeOf(use), Runbook = use == SubjectUse.Deployment ? null : parts.Runbook };
        var all = Keys.Where(key => wanted.Contains(key.Key)).Select(key => new SubjectPart(key.Key, key.Of(told))).ToList();
        var text = string.Join(':', all.Where(part => part.Slug is not null).Select(part => part.Text));
        return new(text, KeysFault("The subject keys", use, wanted) ?? SlugFault(all) ?? LengthFault(text, all), all);
    }

    /// <summary>What is wrong with keys that somebody chose; null: nothing.</summary>
    /// <param name="property">How the sentence names them.</param>
    public static string? KeysFault(string property, SubjectUse use, IReadOnlyList<string> keys)
    {
        var allowed = Allowed(use);
        var unknown = keys.Where(key => !allowed.Contains(key)).Distinct().ToList();
        var twice = keys.GroupBy(key => key).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        return unknown.Count > 0 ? $"{property} may not have {Names.List(unknown)}; {Uses(use)} allow {string.Join(", ", allowed)}."
            : twice.Count > 0 ? $"{property} has {Names.List(twice)} more than once; each key stands once."
            : null;
    }

    public static string? TypeOf(SubjectUse use) => use switch
    {
        SubjectUse.Deployment => "deployment",
        SubjectUse.Runbook => "runbook",
        SubjectUse.HealthCheck => "health",
        SubjectUse.AccountTest => "test",
        _ => null,
    };

    private static string Uses(SubjectUse use) => use switch
    {
        SubjectUse.Deployment or SubjectUse.Runbook => "deployments and runbooks",
        SubjectUse.HealthCheck => "health checks",
        SubjectUse.AccountTest => "account tests",
        _ => "feeds",
    };

    // Slugs are made and checked so wherever they are kept; here it is what keeps one subject from being forged as another.
    private static string? SlugFault(IEnumerable<SubjectPart> parts) =>
        parts.FirstOrDefault(part => part.Slug is not null && Slug.Fault(part.Slug) is not null) is { } wrong
            ? $"The {wrong.Key} in the subject is '{Printable.Of(wrong.Slug)}', which is not a slug (a-z, 0-9 and single '-')."
            : null;

    private static string? LengthFault(string text, IReadOnlyCollection<SubjectPart> parts)
    {
        if (text.Length < LeastBytes)
        {
            return $"The subject '{text}' is too short: clouds take {LeastBytes} bytes and more. Choose other subject keys.";
        }
        // Slugs are ASCII: as many bytes as characters.
        var longest = parts.Where(part => part.Slug is not null).MaxBy(part => part.Text.Length)!;
        return text.Length <= MostBytes ? null
            : $"The subject '{text}' is {text.Length} bytes long, and clouds take at most {MostBytes}. Its longest part is '{longest.Text}' with {longest.Text.Length} bytes: "
                + $"shorten that slug, or leave the key {longest.Key} out of the account's subject keys.";
    }
}
