namespace OctoLogin.Feeds;

/// <summary>What a registry is logged in to with. Nothing that is printed shows the password.</summary>
/// <param name="ExpiresAt">Null: it does not end by itself.</param>
/// <param name="Endpoint">The registry's URL as the cloud told it; null: it told none.</param>
/// <param name="Stays">It is good for more than this registry: no realm on another host gets to see it.</param>
public sealed record RegistryLogin(string Username, string Password, DateTimeOffset? ExpiresAt = null, string? Endpoint = null, bool Stays = false)
{
    public override string ToString() => $"login of {Username}{(ExpiresAt is null ? "" : $" until {ExpiresAt:u}")}";
}

/// <summary>A registry could not be asked, or said no; the message is a sentence for who asked.</summary>
public sealed class RegistryException(RegistryFault fault, string message) : Exception(message)
{
    public RegistryFault Fault { get; } = fault;
}

public enum RegistryFault
{
    /// <summary>It is not reached, or answers what is no answer.</summary>
    Unreachable,

    /// <summary>It does not take the login, or the login may not do this.</summary>
    Refused,

    /// <summary>It has no such image, or no list of its images.</summary>
    Missing,
}
