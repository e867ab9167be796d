namespace OctoLogin.Http;

/// <summary>What an administrator allows of the servers that are asked for one purpose: the settings <c>AllowPrivateNetwork</c> and <c>Proxy</c> of a section.</summary>
/// <param name="Section">Such as <c>Issuers</c>, for messages.</param>
/// <param name="AllowPrivateNetwork">Host names that may resolve to private addresses.</param>
/// <param name="Proxy">An http proxy through which all are reached; null: directly.</param>
/// <param name="LoopbackAllowed">Whether what is on this machine by name may be connected to.</param>
public sealed record OutgoingRules(string Section, IReadOnlySet<string> AllowPrivateNetwork, Uri? Proxy, bool LoopbackAllowed)
{
    public static OutgoingRules Read(IConfiguration configuration, string section, bool loopbackAllowed, List<string> faults)
    {
        var hosts = configuration.GetSection($"{section}:AllowPrivateNetwork").GetChildren().Select(child => child.Value?.Trim() ?? "").ToList();
        foreach (var host in hosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            faults.Add($"{section}:AllowPrivateNetwork has '{host}'; each entry must be a host name without scheme, port or path, such as github.example.com.");
        }
        Uri? proxy = null;
        if (configuration[$"{section}:Proxy"] is { Length: > 0 } text && (!Uri.TryCreate(text, UriKind.Absolute, out proxy) || proxy.Scheme != "http"))
        {
            faults.Add($"{section}:Proxy is '{text}'; it must be the http URL of a proxy, such as http://proxy.example.com:3128.");
        }
        return new(section, hosts.ToHashSet(StringComparer.OrdinalIgnoreCase), proxy, loopbackAllowed);
    }

    public string NotPublic(string host) => $"not a public address; an administrator can allow it with {Section}:AllowPrivateNetwork:0={host}";
}
