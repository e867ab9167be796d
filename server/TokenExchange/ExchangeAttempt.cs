using System.Buffers;
using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>What is known of one attempt so far; whatever happens, it ends as one audit event.</summary>
public sealed class ExchangeAttempt(AuditActor origin)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? kept;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    public string? Audience { get; set; }
    public ServiceAccount? Account { get; set; }

    /// <summary>The account and its identities were taken from memory and not read for this attempt.</summary>
    public bool DecidedFromMemory { get; set; }
    public CompactJws? Token { get; set; }
    public IdentityMatch? Considered { get; set; }

    /// <summary>The issuer that the token names, once an identity of the named account is known to have it; null before.</summary>
    public string? TrustedIssuer { get; set; }

    /// <summary>What it would be refused for now.</summary>
    public ExchangeOutcome Step { get; set; } = ExchangeOutcome.Malformed;

    /// <summary>Until the end is reached: the database did not answer, which nothing here catches.</summary>
    public ExchangeOutcome Outcome { get; set; } = ExchangeOutcome.Unavailable;

    public void RefusedBy(OAuthException refusal) => Outcome = OutcomeOf(refusal);

    private ExchangeOutcome OutcomeOf(OAuthException refusal) => refusal.Status == StatusCodes.Status503ServiceUnavailable
        ? Step == ExchangeOutcome.Signature ? ExchangeOutcome.KeysUnavailable : ExchangeOutcome.Unavailable
        : refusal.Status == StatusCodes.Status429TooManyRequests ? ExchangeOutcome.Limited
        : Step != ExchangeOutcome.ClaimMismatch ? Step
        : Considered!.FirstFailure.Part switch
        {
            "audience" => ExchangeOutcome.AudienceMismatch,
            "subject" => ExchangeOutcome.SubjectMismatch,
            _ => ExchangeOutcome.ClaimMismatch,
        };

    public OAuthException UsedBefore()
    {
        Step = ExchangeOutcome.UsedBefore;
        return OAuthException.InvalidRequest("The token was used before; each token is accepted once. Request a new one right before the exchange.");
    }

    public void Broken(CancellationToken left) => Outcome = left.IsCancellationRequested ? ExchangeOutcome.Abandoned : ExchangeOutcome.Error;

    /// <param name="pin">The ids that the identity takes from this token; null when it had them.</param>
    public AuditEvent Issued(AccessToken token, RepositoryPin? pin) => Event(
        AuditCategories.TokenIssued,
        $"{Account!.Username} logged in with OIDC identity {Considered!.Identity.Name}; the access token ends at {token.ExpiresAt:u}" +
            (pin is null ? "" : $". The identity took repository_id {Printable.Of(pin.RepositoryId, 40)} and repository_owner_id {Printable.Of(pin.OwnerId, 40)} from this first token"),
        json =>
        {
            json.WriteString("outcome", "issued");
            json.WriteString("access_token_id", token.Id);
            json.WriteString("expires", token.ExpiresAt);
            json.WriteNumber("identity_version", token.IdentityVersion);
            if (token.Scope is not null)
            {
                json.WriteString("scope", token.Scope);
            }
            if (pin is not null)
            {
                json.WriteString("pinned_repository_id", pin.RepositoryId);
                json.WriteString("pinned_repository_owner_id", pin.OwnerId);
            }
        });

    public AuditEvent Refused(OAuthException refusal) => Event(
        AuditCategories.TokenRefused,
        $"A login{(Account is null ? "" : $" to {Account.Username}")} was refused: {refusal.Detail}",
        json =>
        {
            json.WriteString("outcome", "refused");
            // In this place: LoginCounts finds it without reading the rest.
            json.WriteString("cause", (Outcome is ExchangeOutcome.Abandoned or ExchangeOutcome.Error ? Outcome : OutcomeOf(refusal)).ToString());
            json.WriteString("error", refusal.Error);
            json.WriteString("reason", refusal.Detail);
            json.WriteString("told", refusal.Description);
        });

    private AuditEvent Event(string category, string message, Action<Utf8JsonWriter> outcome) => new()
    {
        Category = category,
        Message = Printable.Of(message, 2000),
        Actor = origin with { UserId = Account?.Id, Username = Account?.Username },
        RelatedDocumentIds = [.. ((string?[])[Account?.Id, Considered?.Identity.Id, TrustedIssuer is null ? null : IssuerSettings.IdOf(TrustedIssuer)]).OfType<string>()],
        Details = Details(outcome),
    };

    private string Details(Action<Utf8JsonWriter> outcome)
    {
        // One for each thread, of the size that its events have come to need.
        var buffer = kept ??= new ArrayBufferWriter<byte>(4096);
        var json = writer ??= new Utf8JsonWriter(buffer);
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        outcome(json);
        json.WriteString("audience", Audience is null ? null : Printable.Of(Audience));
        if (Considered is { } match)
        {
            json.WriteString("identity", match.Identity.Id);
            json.WriteString("identity_name", match.Identity.Name);
            json.WriteStartArray("checks");
            foreach (var check in match.Checks)
            {
                json.WriteStartObject();
                json.WriteString("part", check.Part);
                json.WriteBoolean("passed", check.Passed);
                json.WriteString("expected", check.Expected);
                json.WriteString("actual", check.Actual);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (Token is not null)
        {
            // Header and claims, never the signature: what is stored cannot be used as a token.
            ClaimsRecord.Write(json, "header", Token.Header);
            ClaimsRecord.Write(json, "claims", Token.Payload);
        }
        json.WriteEndObject();
        json.Flush();
        // PostgreSQL's text has no NUL character: a query that reads one out of the JSON would fail.
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan).Replace("\\u0000", "\\ufffd");
    }
}
