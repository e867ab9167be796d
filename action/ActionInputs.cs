namespace OctoLogin.Action;

/// <summary>The inputs of action.yml, as the runner gives them to a container: INPUT_ and the name in upper case.</summary>
internal sealed record ActionInputs
{
    public required ServerUrl Server { get; init; }
    public required string? ServiceAccountId { get; init; }
    public required string? ApiKey { get; init; }
    public required string? Scope { get; init; }
    public required bool Revoke { get; init; }

    /// <summary>Every fault at once: each try of a workflow costs its author minutes.</summary>
    public static ActionInputs Read(Func<string, string?> environment)
    {
        List<string> faults = [];
        var server = ServerUrl.Parse(Input(environment, "server") ?? "", faults);
        var serviceAccountId = Input(environment, "service_account_id");
        var apiKey = Input(environment, "api_key");
        CheckChoice(serviceAccountId, apiKey, faults);
        var revoke = ReadBoolean("revoke", Input(environment, "revoke") ?? "true", faults);
        if (faults.Count > 0 || server is null)
        {
            throw new LoginException(string.Join('\n', faults));
        }
        return new ActionInputs
        {
            Server = server,
            ServiceAccountId = serviceAccountId is null ? null : Canonical(serviceAccountId),
            ApiKey = apiKey,
            Scope = Input(environment, "scope"),
            Revoke = revoke,
        };
    }

    private static void CheckChoice(string? serviceAccountId, string? apiKey, List<string> faults)
    {
        if (serviceAccountId is null && apiKey is null)
        {
            faults.Add("Input `service_account_id` is empty, and so is `api_key`: give the service account's id (a GUID, shown on its OpenID Connect page). "
                + "A value from `vars` or `secrets` is empty when the name is misspelt, or not visible to this job's environment or event.");
        }
        if (serviceAccountId is not null && apiKey is not null)
        {
            faults.Add("Inputs `service_account_id` and `api_key` are both given: keep `service_account_id` for a login without secrets and remove `api_key`, or the other way round.");
        }
        // The value itself is not shown: it is a secret.
        if (apiKey is not null && apiKey.Any(c => c is <= ' ' or > '~'))
        {
            faults.Add("Input `api_key` holds white space or other characters that no API key has: was more than the key pasted into the secret?");
        }
        if (serviceAccountId is not null && serviceAccountId.Any(char.IsControl))
        {
            faults.Add("Input `service_account_id` has more than one line: give only the service account's id.");
        }
    }

    // The server compares the audience exactly, and it writes its GUIDs in lower case; people copy them in any form.
    private static string Canonical(string serviceAccountId) =>
        Guid.TryParse(serviceAccountId, out var id) ? id.ToString("D") : serviceAccountId;

    // The booleans of YAML 1.2, as GitHub's own toolkit reads them.
    private static bool ReadBoolean(string name, string value, List<string> faults)
    {
        if (value is "true" or "True" or "TRUE")
        {
            return true;
        }
        if (value is not ("false" or "False" or "FALSE"))
        {
            faults.Add($"Input `{name}` is '{PlainText.OneLine(value, 100)}': write true or false.");
        }
        return false;
    }

    private static string? Input(Func<string, string?> environment, string name) =>
        environment("INPUT_" + name.ToUpperInvariant())?.Trim() is { Length: > 0 } value ? value : null;
}
