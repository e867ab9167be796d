using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.TagSets;

/// <summary>Makes a tag set of what a client sent, or says everything that is wrong with it. Pure.</summary>
public static partial class TagSetRules
{
    public const int MostTags = 1000;
    private const string DefaultColor = "#333333";

    public static TagSet Apply(TagSetInput input, TagSet present, Validation validation)
    {
        var name = NameOf("Name", input.Name ?? present.Name, validation);
        var tags = ApplyTags(input.Tags ?? [], name, present.Tags, validation);
        validation.Check(string.IsNullOrEmpty(input.Type) || input.Type == TagSet.MultiSelect,
            $"Type is '{Printable.Of(input.Type)}'; this server has only {TagSet.MultiSelect} tag sets.");
        validation.Check(input.Scopes is null || input.Scopes.All(scope => scope == TagSet.TenantScope),
            $"Scopes are {Names.List(input.Scopes?.Select(scope => scope ?? "") ?? [])}; tags are for tenants here: leave Scopes out, or say ['{TagSet.TenantScope}'].");
        var set = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            SortOrder = input.SortOrder ?? present.SortOrder,
            TagsJson = JsonSerializer.Serialize(tags, Json.Options),
        };
        validation.ThrowIfAny();
        return set;
    }

    public static string Canonical(string set, string tag) => $"{set}/{tag}";

    private static Tag[] ApplyTags(TagInput?[] sent, string set, IReadOnlyList<Tag> present, Validation validation)
    {
        validation.Check(sent.Length <= MostTags, $"Tags may have at most {MostTags} entries, not {sent.Length}.");
        var tags = sent.Take(MostTags).Select((tag, i) => ApplyTag(tag ?? new(), i, set, present, validation)).ToArray();
        foreach (var twice in tags.Where(tag => tag.Name.Length > 0).GroupBy(tag => tag.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            validation.Check(false, $"Tags has {twice.Count()} entries named '{Printable.Of(twice.Key)}'; each needs a name of its own.");
        }
        foreach (var twice in tags.Where(tag => tag.Id.Length > 0).GroupBy(tag => tag.Id).Where(group => group.Count() > 1))
        {
            validation.Check(false, $"Tags has {twice.Count()} entries with the Id '{Printable.Of(twice.Key)}'.");
        }
        return tags;
    }

    /// <summary>The present tag of the same Id or, for who knows no Ids, of the same name; else a new one.</summary>
    private static Tag ApplyTag(TagInput tag, int place, string set, IReadOnlyList<Tag> present, Validation validation)
    {
        var at = $"Tags[{place}]";
        var name = NameOf($"{at}.Name", tag.Name, validation);
        var there = string.IsNullOrEmpty(tag.Id)
            ? present.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            : present.FirstOrDefault(known => known.Id == tag.Id);
        validation.Check(there is not null || string.IsNullOrEmpty(tag.Id), $"{at}.Id is '{Printable.Of(tag.Id)}', which is not a tag of this set; leave the Id of a new tag out.");
        var color = validation.Optional($"{at}.Color", tag.Color) ?? there?.Color ?? DefaultColor;
        validation.Check(Color().IsMatch(color), $"{at}.Color must be of the form #RRGGBB, not '{Printable.Of(color, 60)}'.");
        return new Tag
        {
            Id = there?.Id ?? "",
            Name = name,
            Color = color,
            Description = validation.OptionalText($"{at}.Description", tag.Description ?? there?.Description),
            SortOrder = tag.SortOrder ?? place,
            CanonicalTagName = Canonical(set, name),
        };
    }

    // A slash would make Set/Tag ambiguous; a comma joins several of them in a query.
    private static string NameOf(string property, string? sent, Validation validation)
    {
        var name = validation.Required(property, sent);
        validation.Check(name.AsSpan().IndexOfAny('/', ',') < 0, $"{property} may not hold '/' or ',': '{Printable.Of(name)}'.");
        return name;
    }

    [GeneratedRegex(@"\A#[0-9a-fA-F]{6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Color();
}

/// <summary>
/// What a client sends; absent or null keeps what is there. But tags that are not among those sent are deleted: Octopus's clients
/// leave out an empty list, so an absent one is empty.
/// </summary>
public sealed record TagSetInput(
    string? Name, string? Slug, string? Description, int? SortOrder, TagInput?[]? Tags, string? Type, string?[]? Scopes, string? SpaceId);

public sealed record TagInput(string? Id = null, string? Name = null, string? Color = null, string? Description = null, int? SortOrder = null);
