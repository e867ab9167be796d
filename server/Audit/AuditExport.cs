using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Audit;

public enum AuditFormat
{
    JsonLines,
    Csv,
}

/// <summary>
/// All events that a filter selects, newest first, as a file. Read piece by piece while it is sent, so that its size is nobody's memory,
/// and up to the event that was the newest when it began. That somebody took it is an event itself.
/// </summary>
public sealed class AuditExport(NpgsqlDataSource database, AuditLog audit, TimeProvider clock)
{
    private static readonly JsonWriterOptions AsTheApi = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of one read.</summary>
    public const int Batch = 500;

    /// <exception cref="ApiException">It is neither.</exception>
    public static AuditFormat FormatOf(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" or "jsonl" => AuditFormat.JsonLines,
        "csv" => AuditFormat.Csv,
        _ => throw ApiException.BadRequest($"format must be jsonl or csv, not '{Printable.Of(text, 40)}'."),
    };

    /// <summary>Records the export; the result sends it.</summary>
    public async Task<IResult> StartAsync(AuditFormat format, AuditFilter filter, string[]? spaceIds, AuditActor actor, CancellationToken cancel)
    {
        var newest = (await audit.NextAsync(filter, spaceIds, new AuditPlace(), 1, cancel)) is [var row] ? row.Number : 0;
        await database.InTransactionAsync(connection => audit.AppendAsync(connection, new AuditEvent
        {
            Category = AuditCategories.EventsExported,
            Message = $"Events of the audit were exported as {(format == AuditFormat.Csv ? "CSV" : "JSON lines")}",
            Actor = actor,
            SpaceId = spaceIds is [var only] ? only : null,
            RelatedDocumentIds = actor.UserId is null ? [] : [actor.UserId],
            Details = AuditDetails.Of(new { Format = format.ToString(), filter.From, filter.To, filter.Users, filter.Categories, filter.Regarding, filter.Issuers, Spaces = spaceIds, UpTo = $"Events-{newest}" }),
        }, cancel), cancel);
        return new Sending(this, format, filter, spaceIds, newest, $"octologin-audit-{clock.GetUtcNow():yyyyMMdd-HHmmss}.{(format == AuditFormat.Csv ? "csv" : "jsonl")}");
    }

    private async Task SendAsync(HttpResponse response, AuditFormat format, AuditFilter filter, string[]? spaceIds, long newest, CancellationToken cancel)
    {
        if (format == AuditFormat.Csv)
        {
            AuditCsv.WriteHeader(response.BodyWriter);
        }
        // Each read has a connection only as long as it takes: a slow receiver holds none.
        for (long? before = newest + 1; before is not null;)
        {
            var rows = await audit.NextAsync(filter, spaceIds, new AuditPlace(Before: before), Batch, cancel);
            foreach (var row in rows)
            {
                Write(response.BodyWriter, format, AuditEventResource.Of(row));
            }
            // Waits while the receiver is behind.
            await response.BodyWriter.FlushAsync(cancel);
            before = rows.Count == Batch ? rows[^1].Number : null;
        }
    }

    private static void Write(IBufferWriter<byte> output, AuditFormat format, AuditEventResource happened)
    {
        if (format == AuditFormat.Csv)
        {
            AuditCsv.Write(output, happened);
            return;
        }
        using (var json = new Utf8JsonWriter(output, AsTheApi))
        {
            JsonSerializer.Serialize(json, happened, Json.Options);
        }
        output.Write("\n"u8);
    }

    private sealed class Sending(AuditExport export, AuditFormat format, AuditFilter filter, string[]? spaceIds, long newest, string fileName) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = format == AuditFormat.Csv ? "text/csv; charset=utf-8; header=present" : "application/jsonl; charset=utf-8";
            response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
            response.Headers.CacheControl = "no-store";
            response.Headers.XContentTypeOptions = "nosniff";
            return export.SendAsync(response, format, filter, spaceIds, newest, httpContext.RequestAborted);
        }
    }
}

/// <summary>RFC 4180, every field in quotes. What a spreadsheet would take for a formula begins with an apostrophe, as parts come from strangers (OWASP, CSV injection).</summary>
public static class AuditCsv
{
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20");

    public static readonly IReadOnlyList<string> Columns =
        ["Id", "Occurred", "Category", "UserId", "Username", "IsService", "IdentityEstablishedWith", "IpAddress", "UserAgent", "SpaceId", "Message", "RelatedDocumentIds", "CorrelationId", "Details"];

    public static void WriteHeader(IBufferWriter<byte> output) => Write(output, Columns);

    public static void Write(IBufferWriter<byte> output, AuditEventResource row) => Write(output,
    [
        row.Id, row.Occurred.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture), row.Category, row.UserId, row.Username,
        row.IsService ? "true" : "false", row.IdentityEstablishedWith, row.IpAddress, row.UserAgent, row.SpaceId, row.Message,
        string.Join(' ', row.RelatedDocumentIds), row.CorrelationId, row.Details.GetRawText(),
    ]);

    /// <summary>One field as it is written.</summary>
    public static string Field(string? text) =>
        text is null ? "\"\"" : $"\"{(text.Length > 0 && Formula.Contains(text[0]) ? "'" : "")}{text.Replace("\"", "\"\"")}\"";

    private static void Write(IBufferWriter<byte> output, IEnumerable<string?> fields) =>
        Encoding.UTF8.GetBytes(string.Join(',', fields.Select(Field)) + "\r\n", output);
}
