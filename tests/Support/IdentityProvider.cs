using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.Tests.Support;

/// <summary>Somebody whom the provider knows. Its sign-in page asks for <paramref name="Username"/> alone.</summary>
public sealed record IdentityPerson(
    [property: JsonPropertyName("sub")] string Subject, [property: JsonPropertyName("preferred_username")] string Username, [property: JsonPropertyName("email")] string Email,
    [property: JsonPropertyName("groups")] string[] Groups)
{
    [JsonPropertyName("name")]
    public string Name { get; init; } = $"{Username} of the company";

    /// <summary>As Authentik has it since 2025.10.</summary>
    [JsonPropertyName("email_verified")]
    public bool IsEmailVerified { get; init; }
}

/// <summary>
/// A real OpenID provider, npm's oidc-provider, set up like Authentik (tests/Clients/identity-provider.mjs): https under a name of its own,
/// which leads to <see cref="Port"/>, with the certificate of the test's CA.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    public const string Host = "login.example.com";
    public const string Issuer = $"https://{Host}/application/o/octologin/";
    public const string ClientId = "octologin";
    public const string ClientSecret = "the-secret-of-the-real-provider";

    private readonly Process process;
    private readonly HttpClient control;

    private IdentityProvider(Process process, int port, ServerFixture server, IReadOnlyCollection<string> errors)
    {
        (this.process, Port, Errors) = (process, port, errors);
        control = new(new SocketsHttpHandler { SslOptions = new() { CertificateChainPolicy = OctoLogin.Http.TlsTrust.By([server.Certificates.Ca]) } }) { BaseAddress = new Uri($"https://127.0.0.1:{port}") };
    }

    public int Port { get; }

    /// <summary>What it complained of.</summary>
    public IReadOnlyCollection<string> Errors { get; }

    /// <summary>What to set at the server.</summary>
    public static object Settings => new { IsEnabled = true, Issuer, ClientId, ClientSecret = new { HasValue = true, NewValue = ClientSecret }, DisplayName = "Company Login" };

    /// <summary>Before the server starts, which reads then whose address may be private.</summary>
    public static void Announce(ServerFixture server) => server.Hosts[Host] = new IPEndPoint(IPAddress.Loopback, 1);

    /// <summary>For a server that has started, whose URL it must know. Skips the test where Node.js or its packages are missing.</summary>
    public static async Task<IdentityProvider> StartAsync(ServerFixture server, params IdentityPerson[] people)
    {
        var folder = ClientsFolder();
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "oidc-provider")), "tests/Clients/node_modules is missing: ./test installs it (npm ci --prefix tests/Clients).");
        using var certificate = server.Certificates.ForHosts(Host, "127.0.0.1");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "identity-provider.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("ISSUER", Issuer), ("CERTIFICATE", certificate.ExportCertificatePem()), ("PRIVATE_KEY", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()), ("CLIENT_ID", ClientId),
            ("CLIENT_SECRET", ClientSecret), ("REDIRECT_URI", $"{server.Url}/api/users/authenticatedToken/GenericOidc"), ("LOGOUT_URI", $"{server.Url}/api/users/logout/GenericOidc/backchannel"),
            ("PEOPLE", JsonSerializer.Serialize(people)), ("NODE_EXTRA_CA_CERTS", server.Certificates.CaFile),
        ])
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        var errors = new System.Collections.Concurrent.ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        for (string? line; (line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))) is not null;)
        {
            if (line.StartsWith("port ", StringComparison.Ordinal))
            {
                var provider = new IdentityProvider(process, int.Parse(line[5..], System.Globalization.CultureInfo.InvariantCulture), server, errors);
                server.Hosts[Host] = new IPEndPoint(IPAddress.Loopback, provider.Port);
                return provider;
            }
        }
        throw new InvalidOperationException($"identity-provider.mjs did not start: {string.Join('\n', errors)}");
    }

    /// <summary>Who there is from now on.</summary>
    public async Task SetPeopleAsync(params IdentityPerson[] people)
    {
        using var answer = await control.PostAsJsonAsync("/test/people", people);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Fills in the provider's sign-in page, at which the browser stands, and goes back to the server's answer.</summary>
    public static async Task<PageAnswer> LogInAsync(TestBrowser browser, PageAnswer page, string username)
    {
        var action = System.Text.RegularExpressions.Regex.Match(page.Text, "action=\"([^\"]+/login)\"").Groups[1].Value;
        var answer = await browser.PostAsync(new Uri(page.Address, action).AbsoluteUri, ("login", username));
        while (answer.Location is { } next && !answer.Address.AbsolutePath.EndsWith("/authenticatedToken/GenericOidc", StringComparison.Ordinal))
        {
            answer = await browser.GetAsync(new Uri(answer.Address, next).AbsoluteUri);
        }
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        control.Dispose();
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private static string ClientsFolder([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../Clients"));
}
