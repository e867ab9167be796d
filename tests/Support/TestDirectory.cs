using OctoLogin.Database.Embedded;

namespace OctoLogin.Tests.Support;

/// <summary>A directory of a test's own, short enough in its path for a socket, open for the user that PostgreSQL runs as.</summary>
public sealed class TestDirectory : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Path { get; } = $"/tmp/octologin-test-{Guid.NewGuid():N}"[..32];

    public TestDirectory() => Directory.CreateDirectory(Path, Mode);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // Of a test that failed, or of a server that it killed.
        foreach (var pid in PostgresProcesses.On(Path))
        {
            LibC.Signal(pid, LibC.Kill);
        }

        Directory.Delete(Path, recursive: true);
    }
}
