using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Environments;

/// <summary>Where releases are deployed to. Called so, as in Octopus's own client, because .NET has an Environment already.</summary>
public sealed record DeploymentEnvironment
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }

    /// <summary>There are no parent and no ephemeral environments here. Read by clients of <c>environments/v2</c>.</summary>
    public string Type => Static;
    public required int SortOrder { get; init; }
    public required bool UseGuidedFailure { get; init; }
    public required bool AllowDynamicInfrastructure { get; init; }

    [JsonIgnore]
    public string ExtensionSettingsJson { get; init; } = "[]";

    public JsonElement ExtensionSettings => JsonSerializer.Deserialize<JsonElement>(ExtensionSettingsJson, Json.Options);

    public const string Static = nameof(Static);
}
