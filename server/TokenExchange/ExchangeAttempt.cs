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
    public string? Audience { get; set; }
    public ServiceAccount? Account { get; set; }

    /// <summary>The account and its identities were taken from memory and not read for this attempt.</summary>
    public bool DecidedFromMemory { get; set; }
    public CompactJws? Token { get; set; }
    public IdentityMatch? Considered { get; set; }

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
            json.WriteString("error", refusal.Error);
            json.WriteString("reason", refusal.Detail);
            json.WriteString("told", refusal.Description);
        });

    private AuditEvent Event(string category, string message, Action<Utf8JsonWriter> outcome) => new()
    {
        Category = category,
        Message = Printable.Of(message, 2000),
        Actor = origin with { UserId = Account?.Id, Username = Account?.Username },
        RelatedDocumentIds = [.. ((string?[])[Account?.Id, Considered?.Identity.Id]).OfType<string>()],
        Details = Details(outcome),
    };

    private string Details(Action<Utf8JsonWriter> outcome)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
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
        }
        // PostgreSQL's jsonb has no NUL character.
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan).Replace("\\u0000", "\\ufffd");
    }
}
