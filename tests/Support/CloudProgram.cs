namespace OctoLogin.Tests.Support;

/// <summary>The program of <c>tests/CloudPrograms</c> where every user of the machine can run it.</summary>
public sealed class CloudProgram : IDisposable
{
    private const UnixFileMode Everyones = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TestDirectory directory = new();

    public CloudProgram()
    {
        File.SetUnixFileMode(directory.Path, Everyones);
        var built = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory.Replace("/tests/bin/", "/tests/CloudPrograms/bin/", StringComparison.Ordinal)));
        foreach (var file in built.GetFiles())
        {
            File.SetUnixFileMode(file.CopyTo(Path.Combine(directory.Path, file.Name)).FullName, Everyones);
        }
    }

    /// <summary>The shell's words: the network that it finds, and how it is called.</summary>
    /// <param name="proxy">Leads to the clouds.</param>
    public string Call(FakeProxy proxy, TestCertificates certificates, string arguments)
    {
        // The CA's own file is in a folder of this process's user.
        var ca = directory["ca.pem"];
        File.WriteAllText(ca, certificates.Ca.ExportCertificatePem());
        return $"HTTPS_PROXY={proxy.Url} SSL_CERT_FILE={ca} DOTNET_EnableDiagnostics=0 dotnet {directory.Path}/OctoLogin.CloudPrograms.dll {arguments}";
    }

    public void Dispose() => directory.Dispose();
}
