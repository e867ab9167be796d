namespace OctoLogin.Tests.Support;

/// <summary>Whether <c>pwsh</c> is on this machine, where scripts look for it.</summary>
public static class PowerShell
{
    public const string Missing = "PowerShell (pwsh) is not on this machine, so nothing of it was tested.";

    public static bool IsHere { get; } = new[] { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Any(directory => File.Exists(Path.Combine(directory, "pwsh")));
}
