using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.OpenIdProvider;

/// <summary>
/// What a cloud finds when it reads our issuer: the public URL of the settings alone is asked, as far as it can be seen from here.
/// </summary>
public sealed class OwnIssuerCheck(IssuerOptions issuer, TimeProvider clock)
{
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(14);

    /// <summary>Host and port to addresses; DNS unless a test stands in for it.</summary>
    public Func<string, int, CancellationToken, Task<IReadOnlyList<IPEndPoint>>> Resolve { get; init; } = static async (host, port, cancel) =>
        [.. (await Dns.GetHostAddressesAsync(host, cancel)).Select(address => new IPEndPoint(address, port))];

    /// <param name="roots">The only roots to trust; null: the machine's.</param>
    public async Task<OwnIssuerReport> RunAsync(X509Certificate2Collection? roots, CancellationToken cancel)
    {
        var rows = new List<CheckRow>
        {
            issuer.CloudFault is { } fault ? CheckRow.Fail("ServerUri", issuer.ServerUri, fault) : CheckRow.Ok("ServerUri", issuer.ServerUri),
        };
        if (await ResolveAsync(rows, cancel) is { Count: > 0 } addresses)
        {
            using var site = new OwnIssuerSite(addresses, roots);
            await ReadAsync(site, rows, cancel);
        }
        return OwnIssuerReport.Of(issuer.ServerUri, rows);
    }

    private async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(List<CheckRow> rows, CancellationToken cancel)
    {
        var uri = new Uri(issuer.ServerUri);
        IReadOnlyList<IPEndPoint> found = [];
        var why = "no address";
        try
        {
            found = await Resolve(uri.IdnHost, uri.Port, cancel);
        }
        catch (SocketException unknown)
        {
            why = unknown.Message;
        }
        var seen = found.Count == 0 ? $"{uri.IdnHost}: {why}" : string.Join(", ", found.Select(one => one.Address));
        rows.Add(found.Count == 0 ? CheckRow.Fail("host", seen, "Enter the host name of ServerUri in the public DNS.")
            : found.All(one => PublicAddress.Is(one.Address)) ? CheckRow.Ok("host", seen)
            : CheckRow.Warn("host", seen, "That is no public address. If the public DNS says the same, AWS and Entra cannot fetch the documents; Google can be given the keys: octologin keys export-jwks."));
        return found;
    }

    private async Task ReadAsync(OwnIssuerSite site, List<CheckRow> rows, CancellationToken cancel)
    {
        var discovery = await site.ReadAsync($"{issuer.ServerUri}/.well-known/openid-configuration", cancel);
        AddCertificate(site.Certificate, rows);
        if (ReadJson("discovery", discovery, rows) is not { } document)
        {
            return;
        }
        Compare("issuer", document, "issuer", issuer.ServerUri, rows);
        Compare("jwks_uri", document, "jwks_uri", issuer.JwksUri, rows);
        if (ReadJson("JWKS", await site.ReadAsync(issuer.JwksUri, cancel), rows) is { } jwks)
        {
            OwnKeySetCheck.Add(jwks, rows);
        }
    }

    private void AddCertificate(SeenCertificate? certificate, List<CheckRow> rows)
    {
        if (certificate is null)
        {
            return;
        }
        var left = certificate.NotAfter - clock.GetUtcNow();
        var seen = $"{certificate.Subject}, by {certificate.Issuer}, {left.TotalDays:0} days left";
        rows.Add(certificate.Fault.Length > 0
            ? CheckRow.Fail("certificate", $"{seen}: {certificate.Fault}", "Clouds trust public CAs alone, and want the whole chain from the server: install a certificate for this host with its intermediate certificates. With a CA of your own: --ca FILE.")
            : left < RenewBefore ? CheckRow.Warn("certificate", seen, "Renew it: without a valid certificate no cloud reads the keys.") : CheckRow.Ok("certificate", seen));
    }

    private static JsonElement? ReadJson(string check, SeenDocument document, List<CheckRow> rows)
    {
        if (document.Fault is not null)
        {
            rows.Add(CheckRow.Fail(check, document.Fault, "Whatever stands before this server must pass /.well-known/openid-configuration and /.well-known/jwks on to it, for everybody and unchanged."));
            return null;
        }
        try
        {
            var json = JsonElement.Parse(document.Bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException();
            }
            var seen = $"{document.Bytes.Length} bytes in {document.Took.TotalMilliseconds:0.0} ms";
            rows.Add(document.Took < Quick ? CheckRow.Ok(check, seen)
                : CheckRow.Warn(check, seen, $"It should take less than {Quick.TotalMilliseconds:0} ms: clouds give up after a few seconds, and their way is longer."));
            return json;
        }
        catch (JsonException)
        {
            rows.Add(CheckRow.Fail(check, $"{document.Bytes.Length} bytes that are no JSON object", "Something before this server answers in its place."));
            return null;
        }
    }

    private static void Compare(string check, JsonElement document, string member, string expected, List<CheckRow> rows)
    {
        var seen = document.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        rows.Add(seen == expected ? CheckRow.Ok(check, expected) : CheckRow.Fail(check, Printable.Of(seen),
            $"It must be exactly {expected}. Another server answers there, or this one runs with another ServerUri than these settings have."));
    }
}
