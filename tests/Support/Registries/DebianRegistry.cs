using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OctoLogin.Tests.Support.Registries;

/// <summary>A real registry, Debian's <c>docker-registry</c>, with https on loopback, and images put straight into its folder.</summary>
public sealed class DebianRegistry : IAsyncDisposable
{
    public const string User = "ci", Password = "registry-password";

    /// <summary>bcrypt, the only one that it takes.</summary>
    private const string PasswordHash = "$2b$05$abcdefghijklmnopqrstuux7DVfxfgfXTmp/9Tsk6HzX2QQGjxePG";

    private static readonly string? Program = new[] { "/usr/bin/docker-registry", "/usr/local/bin/docker-registry" }.FirstOrDefault(File.Exists);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("octologin-registry-");
    private readonly StringBuilder said = new();
    private Process? process;

    private DebianRegistry()
    {
    }

    /// <summary>Why there is none here; null: there is one.</summary>
    public static string? Missing => Program is null ? "docker-registry is not installed (apt-get install docker-registry)" : null;

    public int Port { get; private set; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    private string Repositories => Path.Combine(folder.FullName, "data", "docker", "registry", "v2", "repositories");

    /// <param name="hosts">Of its certificate, beside localhost.</param>
    /// <param name="tokens">By whose tokens it is used; null: by user and password.</param>
    public static async Task<DebianRegistry> StartAsync(TestCertificates certificates, string[] hosts, RegistryTokens? tokens)
    {
        var registry = new DebianRegistry();
        try
        {
            await registry.StartAsync(certificates.ForHosts([.. hosts, "localhost", "127.0.0.1"]), tokens);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tags of one image. The layers are not there: what lists them asks for none.</summary>
    public void Add(string image, params IEnumerable<string> tags)
    {
        var repository = Path.Combine(Repositories, image);
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)))}";
        Directory.CreateDirectory(Path.Combine(repository, "_layers"));
        foreach (var tag in tags)
        {
            var current = Directory.CreateDirectory(Path.Combine(repository, "_manifests", "tags", tag, "current"));
            File.WriteAllText(Path.Combine(current.FullName, "link"), digest);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    private async Task StartAsync(X509Certificate2 certificate, RegistryTokens? tokens)
    {
        Port = FreePort.Next();
        var (cert, key) = (Write("cert.pem", certificate.ExportCertificatePem()), Write("key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        var login = tokens is null
            ? $"htpasswd: {{ realm: registry, path: {Write("htpasswd", $"{User}:{PasswordHash}\n")} }}"
            : $"token: {{ realm: '{tokens.Realm}', service: {RegistryTokens.Service}, issuer: {RegistryTokens.Issuer}, rootcertbundle: {Write("issuer.pem", tokens.CertificatePem)} }}";
        var config = Write("config.yml", $$"""
            version: 0.1
            log: { level: warn }
            storage:
              filesystem: { rootdirectory: {{Path.Combine(folder.FullName, "data")}} }
            http:
              addr: 127.0.0.1:{{Port}}
              tls: { certificate: {{cert}}, key: {{key}} }
            auth:
              {{login}}
            """);
        Directory.CreateDirectory(Repositories);
        process = Process.Start(new ProcessStartInfo(Program!, ["serve", config]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.TrueAsync(async () => process.HasExited ? throw new InvalidOperationException($"docker-registry ended:\n{said}") : await AnswersAsync(), "docker-registry answers", TimeSpan.FromMinutes(1));
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (said)
        {
            said.AppendLine(line.Data);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(EndPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
