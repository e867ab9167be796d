using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Executions;

/// <summary>What was given for sensitive prompted variables, encrypted at rest for the execution that it was given to.</summary>
public sealed class PromptedSecrets(Secrets secrets)
{
    /// <summary>Null: none of the values is sensitive.</summary>
    public byte[]? Seal(string executionId, ExecutionOptions options)
    {
        var sensitive = options.Values.Where(value => options.SensitiveNames.Contains(value.Key)).ToDictionary();
        return sensitive.Count == 0 ? null : secrets.Protect(Purpose(executionId), JsonSerializer.SerializeToUtf8Bytes(sensitive, Json.Options));
    }

    public IReadOnlyDictionary<string, string> Open(Execution execution) => execution.SealedValues is { } stored
        ? JsonSerializer.Deserialize<Dictionary<string, string>>(secrets.Unprotect(Purpose(execution.Id), stored), Json.Options)!
        : new Dictionary<string, string>();

    private static string Purpose(string executionId) => $"executions.sealed_values:{executionId}";
}
