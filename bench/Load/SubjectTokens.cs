using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OctoLogin.Bench.Load;

/// <summary>
/// A stood-in issuer's tokens, with the claims that GitHub sends. Signing one costs more than exchanging it, so they are signed
/// before anything is timed and kept in a file for the next run, whose server has a new database and has seen none of them.
/// </summary>
internal sealed class SubjectTokens
{
    public const string Audience = "octologin-bench";
    public const string KeyId = "bench-1";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(23);
    private static readonly TimeSpan Usable = TimeSpan.FromHours(2);

    private readonly List<string> tokens = [];
    private readonly string file;
    private readonly DateTimeOffset expires;
    private int used;

    private SubjectTokens(string file, RSA key, int port, DateTimeOffset expires) => (this.file, Key, Port, this.expires) = (file, key, port, expires);

    public RSA Key { get; }
    public int Port { get; }
    public string Issuer => $"https://localhost:{Port}";

    public static SubjectTokens Open(string folder)
    {
        var file = Path.Combine(folder, "subject-tokens.txt");
        if (File.Exists(file))
        {
            var lines = File.ReadLines(file);
            var head = lines.First().Split(' ');
            var (port, expires) = (int.Parse(head[0], CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeSeconds(long.Parse(head[1], CultureInfo.InvariantCulture)));
            if (expires - DateTimeOffset.UtcNow > Usable && IsFree(port))
            {
                var known = new SubjectTokens(file, RSA.Create(), port, expires);
                known.Key.ImportRSAPrivateKey(Convert.FromBase64String(head[2]), out _);
                // A run that was broken off may have left half a line.
                known.tokens.AddRange(lines.Skip(1).Where(line => line.Length == File.ReadLines(file).Skip(1).First().Length));
                return known;
            }
        }
        var made = new SubjectTokens(file, RSA.Create(2048), FreePort(), DateTimeOffset.UtcNow + Lifetime);
        File.WriteAllText(file, $"{made.Port} {made.expires.ToUnixTimeSeconds()} {Convert.ToBase64String(made.Key.ExportRSAPrivateKey())}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return made;
    }

    /// <summary>That many that no server of this run has seen.</summary>
    public IReadOnlyList<string> Take(int count)
    {
        var missing = used + count - tokens.Count;
        if (missing > 0)
        {
            Console.Error.WriteLine($"   signing {missing} tokens");
            var signed = new string[missing];
            Parallel.For(0, missing, () => Copy(Key), (i, _, key) =>
            {
                signed[i] = Sign(key, expires - Lifetime, expires);
                return key;
            }, key => key.Dispose());
            tokens.AddRange(signed);
            File.AppendAllLines(file, signed);
        }
        used += count;
        return tokens.GetRange(used - count, count);
    }

    /// <summary>SubjectPublicKeyInfo in base64.</summary>
    public string PublicKey => Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo());

    /// <summary>The public key as a JWK (RFC 7517).</summary>
    public Dictionary<string, string> Jwk()
    {
        var key = Key.ExportParameters(false);
        return new()
        {
            ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = KeyId,
            ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent),
        };
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>One of now, for runs that last longer than those of the file.</summary>
    public string SignFor(TimeSpan life)
    {
        lock (Key)
        {
            return Sign(Key, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow + life);
        }
    }

    private static RSA Copy(RSA key) => RSA.Create(key.ExportParameters(true));

    private string Sign(RSA key, DateTimeOffset now, DateTimeOffset expires)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "repo:octo-org/hello-octopus:ref:refs/heads/main",
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["actor"] = "octocat",
            ["actor_id"] = "12",
            ["base_ref"] = "",
            ["head_ref"] = "",
            ["event_name"] = "push",
            ["job_workflow_ref"] = "octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/main",
            ["ref"] = "refs/heads/main",
            ["ref_protected"] = "true",
            ["ref_type"] = "branch",
            ["repository"] = "octo-org/hello-octopus",
            ["repository_id"] = "74",
            ["repository_owner"] = "octo-org",
            ["repository_owner_id"] = "65",
            ["repository_visibility"] = "private",
            ["run_attempt"] = "1",
            ["run_id"] = "1001",
            ["run_number"] = "10",
            ["runner_environment"] = "github-hosted",
            ["sha"] = "2d0d2d4c4bd4f9a4f4d2f0e3a5a2d3a1c9f00b1a",
            ["workflow"] = "Release",
            ["workflow_ref"] = "octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/main",
        });
        var header = $$"""{"typ":"JWT","alg":"RS256","kid":"{{KeyId}}"}""";
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(payload)}";
        return $"{input}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }
}
