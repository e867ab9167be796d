using OctoLogin.Http;

namespace OctoLogin.CloudLogins;

/// <summary>The settings below <c>Clouds:</c>.</summary>
public sealed record CloudOptions
{
    public const string Section = "Clouds";
    private const int MostPatienceSeconds = 600;

    public required OutgoingRules Network { get; init; }

    /// <summary>For how long a login is tried again that may yet succeed: clouds take minutes to learn of what was set up, and have outages.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Google's public cloud, or a sovereign one with hosts of its own.</summary>
    public required string GoogleUniverseDomain { get; init; }

    public static CloudOptions Read(IConfiguration configuration, List<string> faults)
    {
        var patience = 60;
        if (configuration[$"{Section}:PatienceSeconds"] is { Length: > 0 } text && (!int.TryParse(text, out patience) || patience is < 0 or > MostPatienceSeconds))
        {
            faults.Add($"{Section}:PatienceSeconds is '{text}'; it must be a whole number of 0 (a login is tried once) to {MostPatienceSeconds}.");
        }
        var universe = configuration[$"{Section}:GoogleUniverseDomain"] is { Length: > 0 } domain ? domain : "googleapis.com";
        if (Uri.CheckHostName(universe) != UriHostNameType.Dns)
        {
            faults.Add($"{Section}:GoogleUniverseDomain is '{universe}'; it must be a domain, such as googleapis.com.");
        }
        return new()
        {
            Network = OutgoingRules.Read(configuration, Section, loopbackAllowed: false, faults),
            Patience = TimeSpan.FromSeconds(patience),
            GoogleUniverseDomain = universe,
        };
    }
}
