using System.Collections.Concurrent;
using System.Security;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>A role that web identities may assume.</summary>
public sealed record AwsRole(string Arn, string Trust)
{
    public int MaxSessionDuration { get; init; } = 3600;
}

public sealed record AwsSessionKeys(string AccessKeyId, string SecretAccessKey, string SessionToken, string Arn, DateTimeOffset Expiration)
{
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// AWS STS as strict as the real one: AssumeRoleWithWebIdentity and GetCallerIdentity, in XML, with the codes of
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
/// </summary>
public sealed partial class FakeSts(RelyingParty relyingParty)
{
    public const string Account = "123456789012";
    public static readonly string[] Hosts = ["sts.amazonaws.com", "sts.us-east-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", "sts.us-gov-west-1.amazonaws.com", "sts.cn-north-1.amazonaws.com.cn"];
    private const string Tags = "https://aws.amazon.com/tags";

    public RelyingParty RelyingParty => relyingParty;

    /// <summary>IAM's OIDC providers: issuer and its client Ids, which are the audiences.</summary>
    public ConcurrentDictionary<string, string[]> Providers { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, AwsRole> Roles { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, AwsSessionKeys> Sessions { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers that come first: outages, and what passes by itself.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    public void Trust(string issuer, string audience, string role, string subject, bool tags = false)
    {
        Providers[issuer] = [audience];
        Roles[role] = new(role, TrustPolicy.For(Account, issuer, audience, subject, tags));
    }

    public async Task<FakeAnswer> AnswerAsync(FakeRequest request)
    {
        if (First.TryDequeue(out var first))
        {
            return first;
        }
        if (request.Method != "POST" || request.Path != "/" || request.Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) != true)
        {
            return Error(400, "InvalidAction", "Could not find operation for version NO_VERSION_SPECIFIED");
        }
        var form = HttpUtility.ParseQueryString(request.Body).AllKeys.ToDictionary(key => key!, key => HttpUtility.ParseQueryString(request.Body)[key]!);
        try
        {
            return form.GetValueOrDefault("Version") != "2011-06-15" ? Error(400, "InvalidAction", "Could not find operation for this version")
                : form.GetValueOrDefault("Action") switch
                {
                    "AssumeRoleWithWebIdentity" => await AssumeAsync(form),
                    "GetCallerIdentity" => CallerIdentity(request),
                    var action => Error(400, "InvalidAction", $"Could not find operation {action} for version 2011-06-15"),
                };
        }
        catch (TokenRefused refused)
        {
            return Error(refused);
        }
    }

    public static FakeAnswer Error(int status, string code, string message) => new(status,
        $"""
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <Error><Type>Sender</Type><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>
          <RequestId>{Guid.NewGuid()}</RequestId>
        </ErrorResponse>
        """, "text/xml");

    private static FakeAnswer Error(TokenRefused refused) => refused.Fault switch
    {
        TokenFault.Expired => Error(400, "ExpiredTokenException", $"Token expired: current date/time must be before the expiration date/time ({refused.Message})"),
        TokenFault.Unreachable => Error(400, "IDPCommunicationError", $"The identity provider could not be reached to verify the incoming identity token ({refused.Message})"),
        TokenFault.Discovery or TokenFault.UnknownKey or TokenFault.WeakKey =>
            Error(400, "InvalidIdentityToken", $"Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements ({refused.Message})"),
        TokenFault.ClaimType or TokenFault.NotYetValid or TokenFault.TooLong => Error(403, "IDPRejectedClaim", $"The claim is invalid or was revoked ({refused.Message})"),
        _ => Error(400, "InvalidIdentityToken", $"The ID Token provided is not a valid JWT. ({refused.Message})"),
    };

    private async Task<FakeAnswer> AssumeAsync(Dictionary<string, string> form)
    {
        var (roleArn, session, jwt) = (form.GetValueOrDefault("RoleArn") ?? "", form.GetValueOrDefault("RoleSessionName") ?? "", form.GetValueOrDefault("WebIdentityToken") ?? "");
        var seconds = int.Parse(form.GetValueOrDefault("DurationSeconds") ?? "3600", null);
        if (roleArn.Length is < 20 or > 2048 || !SessionName().IsMatch(session) || jwt.Length is < 4 or > 20000 || seconds is < 900 or > 43200)
        {
            return Error(400, "ValidationError", "RoleArn, RoleSessionName, WebIdentityToken or DurationSeconds failed to satisfy a constraint");
        }
        var issuer = RelyingParty.IssuerOf(jwt);
        if (!Providers.TryGetValue(issuer, out var clients))
        {
            return Error(400, "InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {issuer}");
        }
        var token = await relyingParty.VerifyAsync(jwt, issuer);
        if (!clients.Contains(token.Audience))
        {
            return Error(400, "InvalidIdentityToken", "Incorrect token audience");
        }
        if (token.Subject.Length is < 6 or > 255)
        {
            return Error(403, "IDPRejectedClaim", "The subject must have 6 to 255 characters");
        }
        var federated = $"arn:aws:iam::{Account}:oidc-provider/{issuer["https://".Length..]}";
        var role = Roles.GetValueOrDefault(roleArn);
        var tags = TagsOf(token);
        if (role is null || !new TrustPolicy(role.Trust).Allows("sts:AssumeRoleWithWebIdentity", federated, token) || (tags.Count > 0 && !new TrustPolicy(role.Trust).Allows("sts:TagSession", federated, token)))
        {
            return Error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }
        return seconds > role.MaxSessionDuration
            ? Error(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
            : Assumed(role, session, token, seconds, tags);
    }

    /// <summary>The shape of https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html; anything else is refused.</summary>
    private static Dictionary<string, string> TagsOf(VerifiedToken token)
    {
        if (!token.Claims.TryGetProperty(Tags, out var claim))
        {
            return [];
        }
        try
        {
            var tags = claim.GetProperty("principal_tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.EnumerateArray().Select(value => value.GetString()!).Single());
            var transitive = claim.TryGetProperty("transitive_tag_keys", out var keys) ? keys.EnumerateArray().Select(key => key.GetString()!).ToList() : [];
            return tags.Count <= 50 && tags.All(tag => tag.Key.Length is > 0 and <= 128 && tag.Value.Length <= 256) && transitive.All(tags.ContainsKey)
                ? tags : throw new TokenRefused(TokenFault.ClaimType, "the session tags are too many or too long");
        }
        catch (Exception shape) when (shape is InvalidOperationException or KeyNotFoundException)
        {
            throw new TokenRefused(TokenFault.ClaimType, "the session tags have another shape");
        }
    }

    private FakeAnswer Assumed(AwsRole role, string name, VerifiedToken token, int seconds, Dictionary<string, string> tags)
    {
        var session = new AwsSessionKeys($"ASIA{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}", Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(100)),
            $"arn:aws:sts::{Account}:assumed-role/{role.Arn.Split('/')[^1]}/{name}", relyingParty.Now.AddSeconds(seconds)) { Tags = tags };
        Sessions[session.AccessKeyId] = session;
        return Answer("AssumeRoleWithWebIdentity",
            $"""
            <SubjectFromWebIdentityToken>{SecurityElement.Escape(token.Subject)}</SubjectFromWebIdentityToken>
            <Audience>{SecurityElement.Escape(token.Audience)}</Audience>
            <AssumedRoleUser><Arn>{session.Arn}</Arn><AssumedRoleId>AROACLKWSDQRAOEXAMPLE:{name}</AssumedRoleId></AssumedRoleUser>
            <Credentials>
              <SessionToken>{session.SessionToken}</SessionToken><SecretAccessKey>{session.SecretAccessKey}</SecretAccessKey>
              <Expiration>{session.Expiration.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}</Expiration><AccessKeyId>{session.AccessKeyId}</AccessKeyId>
            </Credentials>
            <Provider>{SecurityElement.Escape(token.Issuer)}</Provider>
            """);
    }

    private FakeAnswer CallerIdentity(FakeRequest request)
    {
        if (AwsSignature.Read(request) is not { } signature)
        {
            return Error(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        }
        if (FindSession(signature, request) is not { } session)
        {
            return Error(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        return session.Expiration <= relyingParty.Now ? Error(403, "ExpiredToken", "The security token included in the request is expired")
            : signature.Service != "sts" || !request.Headers["Host"].Contains(signature.Region) && signature.Region != "us-east-1" || !signature.IsRight(request, session.SecretAccessKey)
                ? Error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
                : Answer("GetCallerIdentity", $"<Arn>{session.Arn}</Arn><UserId>AROACLKWSDQRAOEXAMPLE:{session.Arn.Split('/')[^1]}</UserId><Account>{Account}</Account>");
    }

    /// <summary>Of an access key with the session token that it was issued with.</summary>
    public AwsSessionKeys? FindSession(AwsSignature signature, FakeRequest request) =>
        Sessions.GetValueOrDefault(signature.AccessKeyId) is { } session && request.Headers.GetValueOrDefault("X-Amz-Security-Token") == session.SessionToken ? session : null;

    private static FakeAnswer Answer(string action, string result) => new(200,
        $"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata></{action}Response>""", "text/xml");

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}\z", RegexOptions.ECMAScript)]
    private static partial Regex SessionName();
}
