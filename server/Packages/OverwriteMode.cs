using OctoLogin.Access;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>What a push does when that version is there already.</summary>
public enum OverwriteMode
{
    FailIfExists,
    OverwriteExisting,
    IgnoreIfExists,
}

public static class OverwriteModes
{
    public static string Names { get; } = string.Join(", ", Enum.GetNames<OverwriteMode>());

    /// <param name="mode">Null or empty: as <paramref name="replace"/> says.</param>
    /// <param name="replace">How older clients ask to overwrite.</param>
    public static OverwriteMode Parse(string? mode, string? replace = null) =>
        string.IsNullOrEmpty(mode) ? (bool.TryParse(replace, out var overwrite) && overwrite ? OverwriteMode.OverwriteExisting : OverwriteMode.FailIfExists)
        : Enum.GetValues<OverwriteMode>().Cast<OverwriteMode?>().FirstOrDefault(one => one.ToString()!.Equals(mode, StringComparison.OrdinalIgnoreCase))
            ?? throw ApiException.BadRequest($"overwriteMode is '{Printable.Of(mode)}'; it must be one of {Names}.");

    /// <summary>What becomes of the one that is there: true, it is replaced, for which the caller needs more; false, it stays, as was asked.</summary>
    /// <param name="exists">Octopus's own sentence, which clients look for.</param>
    /// <param name="needed">Others may have released or deployed it: to push a new version is one thing, to change an old one another.</param>
    public static bool Replaces(OverwriteMode mode, string exists, string name, Caller caller, Permission needed, string spaceId)
    {
        if (mode == OverwriteMode.FailIfExists)
        {
            throw ApiException.Conflict(
                $"{exists} It is {Printable.Of(name)}. Push another version, or choose an overwriteMode: {OverwriteMode.IgnoreIfExists} keeps the one that is there, "
                + $"{OverwriteMode.OverwriteExisting} replaces it (which needs the permission {needed}).");
        }
        if (mode == OverwriteMode.OverwriteExisting)
        {
            caller.Demand(needed, AccessTarget.Space(spaceId));
        }
        return mode == OverwriteMode.OverwriteExisting;
    }
}
