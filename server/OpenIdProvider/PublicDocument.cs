using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OctoLogin.OpenIdProvider;

/// <summary>A JSON document that anybody may read and remember for an hour.</summary>
public sealed class PublicDocument(byte[] json)
{
    private readonly string entityTag = $"\"{Base64Url.EncodeToString(SHA256.HashData(json).AsSpan(0, 16))}\"";

    public ReadOnlyMemory<byte> Json => json;

    public Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=3600";
        headers.ETag = entityTag;
        if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known && IsAmong(known))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>RFC 9110 section 13.1.2; a proxy that compresses may have made a weak tag of it.</summary>
    private bool IsAmong(IList<string?> known) =>
        EntityTagHeaderValue.TryParseList(known!, out var tags) && tags.Any(tag => tag.Tag == "*" || tag.Tag == entityTag);
}
