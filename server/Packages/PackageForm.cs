using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>The <c>multipart/form-data</c> of a push, read part by part as it comes: one file in a field of any name.</summary>
public sealed class PackageForm
{
    /// <summary>What may stand around the file: boundaries, headers and fields that are not files.</summary>
    private const int OverheadBytes = 1 << 20;

    private const string Example = "Send the file as multipart/form-data, for example with: curl --form data=@Acme.Web.1.2.3.zip";

    private readonly HttpRequest request;
    private readonly MultipartReader parts;

    private PackageForm(HttpRequest request, string boundary)
    {
        this.request = request;
        // Its own buffer is small, and the search for the boundary is done once for each filling.
        parts = new MultipartReader(boundary, request.Body, bufferSize: 64 * 1024);
    }

    /// <summary>Reads nothing of the body yet.</summary>
    public static PackageForm Open(HttpRequest request, long mostBytes)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString()
            : "";
        // RFC 2046 section 5.1.1 has at most 70 characters.
        if (boundary.Length is 0 or > 200)
        {
            throw ApiException.BadRequest($"The Content-Type is '{Printable.Of(request.ContentType)}'. {Example}");
        }
        if (request.ContentLength > mostBytes + OverheadBytes)
        {
            throw PackageContents.TooLarge(mostBytes);
        }
        // The server's limit is for JSON; this route has its own.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = mostBytes + OverheadBytes;
        }
        return new PackageForm(request, boundary);
    }

    /// <summary>The next file; null: there is no more, and the body came to its end.</summary>
    public async Task<PackageFormFile?> NextFileAsync(CancellationToken cancel)
    {
        try
        {
            while (await parts.ReadNextSectionAsync(cancel) is { } part)
            {
                if (ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) && disposition.IsFileDisposition())
                {
                    var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
                    return new PackageFormFile(HeaderUtilities.RemoveQuotes(name).ToString(), part.Body);
                }
            }
            return null;
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            throw Malformed(fault);
        }
    }

    /// <summary>Reads what is left to nowhere, so that a client that is still sending comes to read why it was refused.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        try
        {
            await request.Body.CopyToAsync(Stream.Null, cancel);
        }
        catch (IOException)
        {
            // It has gone, or sends more than it may: then nobody reads the answer.
        }
    }

    /// <summary>What the reader throws at bytes that are no form. A request that breaks off is Kestrel's, with a status of its own.</summary>
    public static bool IsMalformed(Exception fault) => fault is InvalidDataException or IOException and not BadHttpRequestException;

    public static ApiException Malformed(Exception fault) =>
        ApiException.BadRequest($"The body is not the whole of a multipart/form-data: {Printable.Of(fault.Message)} {Example}");

    public static ApiException NoFile() => ApiException.BadRequest($"The form has no file. {Example}");
}

/// <param name="Name">As the client says it.</param>
public sealed record PackageFormFile(string Name, Stream Body);
