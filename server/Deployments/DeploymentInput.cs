using OctoLogin.Releases;

namespace OctoLogin.Deployments;

/// <summary>What older clients send to deploy a release: all by Id.</summary>
public sealed record DeploymentInput(
    string? ReleaseId, string? EnvironmentId, string? TenantId, string? Comments, DateTimeOffset? QueueTime, DateTimeOffset? QueueTimeExpiry, Dictionary<string, string?>? FormValues,
    string?[]? SkipActions, string?[]? SpecificMachineIds, string?[]? ExcludedMachineIds, bool? ForcePackageDownload, bool? ForcePackageRedeployment, bool? UseGuidedFailure, string? SpaceId)
{
    public CreateDeploymentsCommand CommandFor(Release release) => new()
    {
        ProjectName = release.ProjectId,
        ReleaseVersion = release.Version,
        EnvironmentName = EnvironmentId,
        Tenants = [TenantId],
        Comments = Comments,
        RunAt = QueueTime,
        NoRunAfter = QueueTimeExpiry,
        Variables = FormValues,
        SkipStepNames = SkipActions,
        SpecificMachineNames = SpecificMachineIds,
        ExcludedMachineNames = ExcludedMachineIds,
        ForcePackageDownload = ForcePackageDownload,
        ForcePackageRedeployment = ForcePackageRedeployment,
        UseGuidedFailure = UseGuidedFailure,
    };
}
