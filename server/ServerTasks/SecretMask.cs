namespace OctoLogin.ServerTasks;

/// <summary>Placeholder of branch `tasks` until branch `scripts` brings the real one.</summary>
public sealed class SecretMask
{
    private volatile string[] secrets = [];

    public void Add(string? secret)
    {
        if (secret is { Length: >= 4 })
        {
            secrets = [.. secrets, secret];
        }
    }

    public string Apply(string text) => secrets.Aggregate(text, (masked, secret) => masked.Replace(secret, "********", StringComparison.Ordinal));
}
