using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Mime;
using System.Reflection;
using System.Security.Cryptography;

namespace OctoLogin.Portal;

/// <summary>
/// Style sheets and scripts, from within the assembly. Their addresses have a part of their hash, so browsers may keep them for ever and
/// a new version is another address.
/// </summary>
public sealed class PortalAssets
{
    private const string Prefix = "OctoLogin.Portal.Assets.";
    private static readonly Assembly Holder = typeof(PortalAssets).Assembly;
    private readonly ConcurrentDictionary<string, Asset?> read = new();

    /// <exception cref="InvalidOperationException">There is no such file.</exception>
    public string Url(string name) => Find(name) is { } asset
        ? $"{PortalServices.Root}/assets/{asset.Version}/{name}"
        : throw new InvalidOperationException($"The portal has no asset '{name}'; see the EmbeddedResource items of the project file.");

    /// <summary>The shapes of an icon of Tabler, without the element around them.</summary>
    public string Icon(string name)
    {
        var asset = Find($"icons.{name}.svg") ?? throw new InvalidOperationException($"The portal has no icon '{name}'; add it to PortalIcon in the project file.");
        var svg = System.Text.Encoding.UTF8.GetString(asset.Plain);
        // The element's own end, not the > of a comment before it.
        var begin = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return svg[begin..svg.LastIndexOf("</svg>", StringComparison.Ordinal)].Trim();
    }

    public IResult Serve(string name, HttpContext context)
    {
        if (name.StartsWith("icons.", StringComparison.Ordinal) || Find(name) is not { } asset)
        {
            return Results.NotFound();
        }
        var isVersioned = context.Request.RouteValues.ContainsKey("version");
        context.Response.Headers.CacheControl = isVersioned ? "public, max-age=31536000, immutable" : "public, max-age=86400";
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            return Results.Bytes(asset.Plain, asset.ContentType);
        }
        context.Response.Headers.ContentEncoding = "br";
        return Results.Bytes(asset.Compressed.Value, asset.ContentType);
    }

    private Asset? Find(string name) => read.GetOrAdd(name, static wanted =>
    {
        using var stream = Holder.GetManifestResourceStream(Prefix + wanted);
        if (stream is null)
        {
            return null;
        }
        var plain = new byte[stream.Length];
        stream.ReadExactly(plain);
        return new Asset(plain, Convert.ToHexStringLower(SHA256.HashData(plain))[..12],
            wanted.EndsWith(".css", StringComparison.Ordinal) ? MediaTypeNames.Text.Css
            : wanted.EndsWith(".js", StringComparison.Ordinal) ? MediaTypeNames.Text.JavaScript : "image/svg+xml");
    });

    private sealed record Asset(byte[] Plain, string Version, string ContentType)
    {
        public Lazy<byte[]> Compressed { get; } = new(() => Compress(Plain));

        private static byte[] Compress(byte[] plain)
        {
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
            {
                brotli.Write(plain);
            }
            return packed.ToArray();
        }
    }
}
