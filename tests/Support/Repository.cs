namespace OctoLogin.Tests.Support;

/// <summary>The checkout that these tests were built in.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "OctoLogin.sln")) ? directory
        : Find(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("No folder above the tests has OctoLogin.sln."));
}
