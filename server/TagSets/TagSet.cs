using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.TagSets;

/// <summary>A way to divide tenants, such as Region or Release ring, with the tags to choose from.</summary>
public sealed record TagSet
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public required int SortOrder { get; init; }

    /// <summary>A thing may have several tags of the set. There are no other kinds here, and tags for tenants alone.</summary>
    public string Type => MultiSelect;
    public IReadOnlyList<string> Scopes => [TenantScope];

    [JsonIgnore]
    public string TagsJson { get; init; } = "[]";

    public IReadOnlyList<Tag> Tags => JsonSerializer.Deserialize<Tag[]>(TagsJson, Json.Options)!;

    public const string MultiSelect = nameof(MultiSelect);
    public const string TenantScope = "Tenant";
}

/// <summary>One of a tag set's choices. A tag that is new has no <see cref="Id"/> yet.</summary>
public sealed record Tag
{
    public string Id { get; init; } = "";
    public required string Name { get; init; }

    /// <summary><c>#RRGGBB</c></summary>
    public required string Color { get; init; }
    public string? Description { get; init; }
    public required int SortOrder { get; init; }

    /// <summary><c>Set/Tag</c>: how everything else names it, and compares it without case.</summary>
    public required string CanonicalTagName { get; init; }
}
