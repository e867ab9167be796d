using System.Globalization;

namespace OctoLogin.Portal;

/// <summary>"12 bytes", "3.4 MB".</summary>
public static class FileSize
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    public static string Of(long bytes)
    {
        if (bytes < 1000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} byte{(bytes == 1 ? "" : "s")}");
        }
        var (size, unit) = (bytes / 1000.0, 0);
        while (size >= 1000 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1000, unit + 1);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
