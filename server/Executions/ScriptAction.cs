using OctoLogin.Artifacts;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Http;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>The action <c>Octopus.Script</c>, and those that are the same with an account of a cloud: a script of the process itself or from a package.</summary>
public sealed class ScriptAction(ScriptRunner scripts, PackageFiles packages, ActionImages images, ArtifactKeeper artifacts)
{
    public static IReadOnlyList<string> Types { get; } = ["Octopus.Script", .. CloudAction.All.Select(cloud => cloud.ActionType)];

    public const string BodyProperty = "Octopus.Action.Script.ScriptBody";

    private const string SyntaxProperty = "Octopus.Action.Script.Syntax";
    private const string SourceProperty = "Octopus.Action.Script.ScriptSource";
    private const string FileProperty = "Octopus.Action.Script.ScriptFileName";

    public async Task<ActionOutcome> RunAsync(ActionUse use, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        try
        {
            return await TryAsync(use, state, log, mask, cancel);
        }
        catch (TaskFailedException fault)
        {
            return ActionExecution.Failed(log, fault.Message);
        }
    }

    private async Task<ActionOutcome> TryAsync(ActionUse use, ExecutionState state, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        var fromPackage = Is(use.Values[SourceProperty], "Package");
        var file = fromPackage ? use.Values[FileProperty]?.Trim() : null;
        if (fromPackage && string.IsNullOrEmpty(file))
        {
            return ActionExecution.Failed(log, $"Step '{Printable.Of(use.Action.Name)}' runs a script of a package, but names none: {FileProperty} is empty.");
        }
        if (use.Values[SourceProperty] is { } source && !fromPackage && !Is(source, "Inline") && source.Length > 0)
        {
            return ActionExecution.Failed(log, $"Step '{Printable.Of(use.Action.Name)}' takes its script from '{Printable.Of(source)}'; this server takes it from the process (Inline) or from a package.");
        }
        if (SyntaxOf(use, file) is not { } syntax)
        {
            return ActionExecution.Failed(log, $"Step '{Printable.Of(use.Action.Name)}' is written in '{Printable.Of(file ?? use.Values[SyntaxProperty])}'; this server runs Bash and PowerShell.");
        }
        var body = use.Action.Properties.Text(BodyProperty) ?? use.Action.Properties.Text($"{BodyProperty}.{syntax}") ?? "";
        // What is unpacked is known only when the script's folder is there.
        var variables = new Dictionary<string, string>(use.Values.Values, StringComparer.OrdinalIgnoreCase);
        var environment = new Dictionary<string, string>();
        var image = use.Action.Container.Image is { Length: > 0 } named ? await images.OfContainerAsync(use, use.Values.Expand(named), mask, cancel) : null;
        var result = await scripts.RunAsync(new ScriptRequest
        {
            Syntax = syntax,
            Body = fromPackage ? "" : use.Values.Expand(body),
            ScriptFile = file,
            Variables = variables,
            SensitiveNames = use.Values.SensitiveNames,
            ContainerImage = image?.Name,
            DockerLogin = image?.Login,
            TimeLimit = use.TimeLimit,
            Environment = environment,
            Prepare = (folder, stop) => packages.PlaceAsync(use, folder, variables, log, stop),
            Serve = files => use.Login.Serve(files, environment),
            Beside = stop => use.Login.RenewAsync(log, stop),
        }, log, mask, cancel);
        state.Add(use.Action, use.Target, result.Outputs);
        var kept = await KeepAsync(use, result.Artifacts, log, mask, cancel);
        return result.Failed ? ActionExecution.Failed(log, result.FailMessage!)
            : new(result.HasWarnings || result.HasErrors || !kept ? ActivityStatus.SuccessWithWarning : ActivityStatus.Success);
    }

    private async Task<bool> KeepAsync(ActionUse use, IReadOnlyList<ScriptArtifact> files, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        try
        {
            return await artifacts.KeepAsync(use.Run.Task, use.Target is null ? use.Action.Name : $"{use.Action.Name} on {use.Target.Name}", files, log, mask, cancel);
        }
        finally
        {
            foreach (var file in files)
            {
                file.Dispose();
            }
        }
    }

    private static ScriptSyntax? SyntaxOf(ActionUse use, string? file) => (file is null ? use.Values[SyntaxProperty] : Path.GetExtension(file))?.ToUpperInvariant() switch
    {
        "BASH" or ".SH" or ".BASH" => ScriptSyntax.Bash,
        // As in Octopus, where a step without one is PowerShell.
        "POWERSHELL" or ".PS1" or null or "" when file is null || file.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) => ScriptSyntax.PowerShell,
        _ => null,
    };

    private static bool Is(string? a, string b) => b.Equals(a, StringComparison.OrdinalIgnoreCase);
}
