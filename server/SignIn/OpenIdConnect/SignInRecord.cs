using System.Collections.Concurrent;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// Writes down why a sign-in did not work: a warning in the log and an event that names what the provider sent, so that an
/// administrator sees what nobody else can, as the answer to PKCE is ours alone.
/// </summary>
public sealed class SignInRecord(NpgsqlDataSource database, AuditLog audit, TimeProvider clock, ILogger<SignInRecord> log)
{
    /// <summary>Of one address in a minute: strangers can fail as often as they like, and must not fill the disk.</summary>
    private const int MostPerMinute = 60;

    /// <summary>As many as other refusals (RateLimits:RefusalsPerMinute): an office behind one address has slips of its own.</summary>
    private const int MostTriedPerMinute = 300;
    private const int MostValueCharacters = 200;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<IPAddress, int> counts = new();
    private long window;

    public async Task FailedAsync(HttpContext context, SignInException fault, CancellationToken cancel)
    {
        // Who has come with the provider's signature is always recorded, whatever strangers do from the same address.
        if (!MayLog(context) && !fault.ClaimsAreSigned)
        {
            return;
        }
        var claims = fault.Claims is { } received ? Describe(received) : [];
        var proof = fault.Claims is null ? "none could be read" : fault.ClaimsAreSigned ? "signed by the provider" : "not proven to be the provider's";
        log.Failed(fault.Message, fault.Advice, string.Join(", ", claims.Select(claim => $"{claim.Key}: {claim.Value.Type} {claim.Value.Value}")), proof, context.TraceIdentifier);
        await database.InTransactionAsync(connection => audit.AppendAsync(connection, new AuditEvent
        {
            Category = AuditCategories.LoginFailed,
            Message = $"A sign-in with an identity provider {(fault.Status < 500 ? "was refused" : "failed, as the provider is broken or away")}: {fault.Message} {fault.Advice}",
            Actor = Sessions.ActorOf(context, null, "Nothing: the sign-in did not work"),
            RelatedDocumentIds = fault.UserId is { } user ? [user] : [],
            Details = AuditDetails.Of(new { Claims = claims, ClaimsAre = proof, OtherClaims = fault.Claims?.All.Keys.Except(claims.Keys).Take(100).Select(name => Printable.Of(name, 100)) }),
        }, cancel), cancel);
    }

    /// <summary>The claims that decide, with types: a group that came as one text, an address that is no text.</summary>
    internal static Dictionary<string, ShownClaim> Describe(ReceivedClaims claims) => claims.Deciding.ToDictionary(name => Printable.Of(name, 100), name =>
        claims.All.TryGetValue(name, out var value) ? new ShownClaim(TypeOf(value), ValueOf(value, MostValueCharacters)) : new("absent", ""));

    /// <summary>Readable, also where the provider has escaped what need not be.</summary>
    internal static string ValueOf(JsonElement value, int most) =>
        Printable.Of(value.ValueKind == JsonValueKind.String ? value.GetString() : JsonSerializer.Serialize(value, Readable), most);

    internal static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => $"array of {value.GetArrayLength()}",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Before an answer is looked at, which writes a row and asks the provider.</summary>
    /// <exception cref="SignInException">Too many from this address did not work within the minute.</exception>
    public void DemandPatience(HttpContext context)
    {
        if (Window().GetValueOrDefault(AddressNetwork.Of(context.Connection.RemoteIpAddress)) > MostTriedPerMinute)
        {
            throw new SignInException(StatusCodes.Status429TooManyRequests, "Too many sign-ins from your address did not work. Try again in a minute.", $"More than {MostTriedPerMinute} failed within a minute.");
        }
    }

    /// <summary>Counts a failure of the address. False: it has had as many as are written in a minute, which the log says once.</summary>
    internal bool MayLog(HttpContext context)
    {
        var address = AddressNetwork.Of(context.Connection.RemoteIpAddress);
        var count = Window().AddOrUpdate(address, 1, (_, count) => count + 1);
        if (count == MostPerMinute + 1)
        {
            log.Silent(address, MostPerMinute);
        }
        return count <= MostPerMinute;
    }

    private ConcurrentDictionary<IPAddress, int> Window()
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (Interlocked.Exchange(ref window, now) != now)
        {
            counts.Clear();
        }
        return counts;
    }
}

public sealed record ShownClaim(string Type, string Value);

internal static partial class SignInRecordLog
{
    [LoggerMessage(LogLevel.Warning, "A sign-in with the identity provider failed: {Reason} {Advice} Claims ({Proof}): {Claims} ({CorrelationId})")]
    public static partial void Failed(this ILogger log, string reason, string advice, string claims, string proof, string correlationId);

    [LoggerMessage(LogLevel.Warning, "{Most} sign-ins with the identity provider failed from {Address} within a minute; more of that address are not written down until the next, but for those that the provider has signed claims for")]
    public static partial void Silent(this ILogger log, IPAddress address, int most);
}
