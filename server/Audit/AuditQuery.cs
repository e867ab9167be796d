using System.Globalization;
using OctoLogin.Http;

namespace OctoLogin.Audit;

/// <summary>
/// The query of the events: <c>from</c> and <c>to</c> (ISO 8601, UTC unless an offset is given), and <c>users</c>,
/// <c>eventCategories</c>, <c>regarding</c>, <c>issuers</c>, each repeated or joined by commas.
/// </summary>
[QueryParameter("from", "The earliest time, such as 2026-01-31T13:45:00Z or 2026-01-31.")]
[QueryParameter("to", "The latest time.")]
[QueryParameter("users", "Ids of users, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("eventCategories", "Categories, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("issuers", "Ids of issuers, of logins with whose tokens the event is, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("regarding", "Ids of documents that the event is about, repeated or joined by commas.", typeof(string[]))]
public sealed record AuditQuery(AuditFilter Filter)
{
    private static readonly string[] Formats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static ValueTask<AuditQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var validation = new Validation();
        var filter = new AuditFilter(
            Time(query, "from", validation), Time(query, "to", validation), QueryList.Of(query, "users"), QueryList.Of(query, "eventCategories"), QueryList.Of(query, "regarding"),
            QueryList.Of(query, "issuers"));
        validation.ThrowIfAny();
        return ValueTask.FromResult<AuditQuery?>(new(filter));
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name, Validation validation) => Time(query[name], name, validation);

    internal static DateTimeOffset? Time(string? sent, string name, Validation validation)
    {
        // A plus that was not escaped arrives as a space.
        var text = (sent ?? "").Trim().Replace(' ', '+');
        if (text.Length == 0)
        {
            return null;
        }
        var ok = DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        validation.Check(ok, $"{name} must be a time such as 2026-01-31T13:45:00Z or a day such as 2026-01-31, not '{Printable.Of(text, 60)}'.");
        return ok ? time : null;
    }
}
