using System.Buffers.Text;

namespace OctoLogin.Bench.Load;

/// <summary>As much of HTTP/1.1 (RFC 9112) as the answers to one request at a time on a kept connection need.</summary>
internal static class HttpAnswer
{
    /// <summary>The status when the answer is whole, null while it is not.</summary>
    public static int? Status(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0 || !Utf8Parser.TryParse(answer[9..12], out int status, out _))
        {
            return null;
        }
        return Length(answer[..head]) is { } length ? Whole(answer.Length == head + 4 + length)
            // Nothing follows the last chunk: one request is on the way at a time.
            : Whole(answer.EndsWith("0\r\n\r\n"u8) && answer.Length > head + 4);

        int? Whole(bool whole) => whole ? status : null;
    }

    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> answer) => answer[(answer.IndexOf("\r\n\r\n"u8) + 4)..];

    private static int? Length(ReadOnlySpan<byte> head)
    {
        // Both of Kestrel's spelling.
        var at = head.IndexOf("\r\nContent-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + 18)..], out int length, out _) ? length : null;
    }
}
