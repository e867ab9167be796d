using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Targets;

/// <summary>What a person fills in of a deployment target.</summary>
public sealed record TargetForm
{
    public string? Name { get; set; }
    public string? Slug { get; set; }
    public bool IsDisabled { get; set; }

    /// <summary>Separated by commas or lines, as the tags.</summary>
    public string? Roles { get; set; }
    public string[] EnvironmentIds { get; set; } = [];
    public string? TenantedDeploymentParticipation { get; set; }
    public string[] TenantIds { get; set; } = [];
    public string? TenantTags { get; set; }
    public string? Endpoint { get; set; }

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TargetForm Of(Machine machine) => new()
    {
        Name = machine.Name, Slug = machine.Slug, IsDisabled = machine.IsDisabled, Roles = string.Join(", ", machine.Roles), EnvironmentIds = machine.EnvironmentIds,
        TenantedDeploymentParticipation = machine.TenantedDeploymentParticipation.ToString(), TenantIds = machine.TenantIds, TenantTags = string.Join(", ", machine.TenantTags),
        Endpoint = JsonSerializer.Serialize(machine.Endpoint, Indented),
    };

    /// <param name="present">Null: a new one.</param>
    /// <param name="choices">What the form showed: what it did not stays.</param>
    public MachineInput ToInput(Machine? present, TargetChoices choices) => new(
        Name, Slug, IsDisabled, Split(Roles), [.. Hidden(present?.EnvironmentIds, choices.Environments.Select(one => one.Id)), .. EnvironmentIds],
        [.. Hidden(present?.TenantIds, choices.Tenants.Select(one => one.Id)), .. TenantIds], Split(TenantTags), TenantedDeploymentParticipation, ReadEndpoint(), null, null, null, null);

    private static IEnumerable<string> Hidden(string[]? present, IEnumerable<string> shown) => (present ?? []).Except(shown);

    private static string[] Split(string? text) => [.. (text ?? "").Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private JsonElement? ReadEndpoint()
    {
        try
        {
            return string.IsNullOrWhiteSpace(Endpoint) ? null : JsonSerializer.Deserialize<JsonElement>(Endpoint, Json.Options);
        }
        catch (JsonException fault)
        {
            throw ApiException.BadRequest($"Endpoint is not JSON: line {fault.LineNumber + 1}, character {fault.BytePositionInLine + 1}.");
        }
    }
}

/// <summary>Where a target may be, as far as the caller sees it.</summary>
public sealed record TargetChoices(IReadOnlyList<DeploymentEnvironment> Environments, IReadOnlyList<Tenant> Tenants);

/// <summary>What an endpoint of a kind looks like.</summary>
public static class TargetKinds
{
    public static IReadOnlyList<(string Key, string Text, string Endpoint)> All { get; } =
    [
        ("region", "Cloud region or name alone", """
            {
              "CommunicationStyle": "None"
            }
            """),
        ("kubernetes", "Kubernetes cluster", """
            {
              "CommunicationStyle": "Kubernetes",
              "ClusterUrl": "https://cluster.example.com",
              "Namespace": "default",
              "Authentication": { "AuthenticationType": "KubernetesStandard", "AccountId": "" }
            }
            """),
        ("azure-web-app", "Azure web app", """
            {
              "CommunicationStyle": "AzureWebApp",
              "AccountId": "",
              "ResourceGroupName": "",
              "WebAppName": ""
            }
            """),
    ];

    public static string EndpointOf(string? key) => All.FirstOrDefault(kind => kind.Key == key, All[0]).Endpoint;

    public static IReadOnlyList<SelectListItem> Participation { get; } = Projects.ProjectForm.Modes;
}
