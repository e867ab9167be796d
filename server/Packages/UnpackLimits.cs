namespace OctoLogin.Packages;

/// <summary>How much a package may become when it is unpacked: a bomb of a few kilobytes can hold terabytes, or millions of files.</summary>
public sealed record UnpackLimits
{
    /// <summary>Files, folders and links together, also folders that only a file's path names.</summary>
    public int MostEntries { get; init; } = 100_000;

    /// <summary>Of all files together.</summary>
    public long MostBytes { get; init; } = 4L << 30;

    /// <summary>How many times larger than the package its files may be; asked only above <see cref="RatioFromBytes"/>, as a small file of zeros is no bomb.</summary>
    public int MostRatio { get; init; } = 200;
    public long RatioFromBytes { get; init; } = 64 << 20;
}

/// <summary>The package was not unpacked, and nothing of it is left; the message says why, fit for a task's log.</summary>
public sealed class UnpackException(string message, Exception? inner = null) : Exception(message, inner);
