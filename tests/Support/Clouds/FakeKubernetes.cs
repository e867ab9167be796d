using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Web;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>
/// A Kubernetes API server as strict as a real one about who asks: our ID tokens by the issuer's keys over the network, and those of EKS,
/// AKS and GKE as their clusters look at them. It tells who the caller is, and of a refusal what no real one would.
/// </summary>
public sealed class FakeKubernetes(Func<FakeClouds> clouds)
{
    public const string Name = "production";
    private const string AzureClusters = "6dae42f8-4368-4678-94ff-3960e28e3630";

    /// <summary>Of <c>--oidc-issuer-url</c> and <c>--oidc-client-id</c>.</summary>
    public (string Issuer, string Audience) Oidc { get; set; } = (CloudServer.Issuer, "kubernetes");

    /// <summary>Subjects, client Ids, principals and role sessions to the names that the cluster has for them.</summary>
    public ConcurrentDictionary<string, string> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>Before 1.28: it does not know how to tell who somebody is.</summary>
    public bool IsOld { get; set; }

    /// <summary>Whom it cannot tell, it takes for <c>system:anonymous</c>, who may do all here.</summary>
    public bool AllowsAnonymous { get; set; }

    /// <summary>Whether a refusal repeats what was sent.</summary>
    public bool Quotes { get; set; }

    public Func<Task> Waits { get; set; } = () => Task.CompletedTask;

    /// <summary>Answers that come first.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    /// <summary>Everything that was sent as a bearer.</summary>
    public ConcurrentBag<string> Bearers { get; } = [];

    public async Task<FakeAnswer> AnswerAsync(FakeRequest request)
    {
        var bearer = request.Headers.GetValueOrDefault("Authorization")?.Split("Bearer ") is ["", var sent] ? sent : "";
        Bearers.Add(bearer);
        await Waits();
        if (First.TryDequeue(out var first))
        {
            return first;
        }
        var (user, why) = await UserAsync(bearer);
        if (user is null && !AllowsAnonymous)
        {
            return Status(401, "Unauthorized", Quotes ? $"Unauthorized: {bearer}" : $"Unauthorized: {why}");
        }
        var question = request.Body.Length == 0 ? default : JsonDocument.Parse(request.Body).RootElement;
        return (request.Method, request.Path) switch
        {
            ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews") when !IsOld && Is(question, "authentication.k8s.io/v1", "SelfSubjectReview") =>
                new(201, JsonSerializer.Serialize(new { kind = "SelfSubjectReview", status = new { userInfo = new { username = user ?? "system:anonymous" } } })),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") when Is(question, "authorization.k8s.io/v1", "SelfSubjectAccessReview") =>
                new(201, JsonSerializer.Serialize(new { kind = "SelfSubjectAccessReview", status = new { allowed = true } })),
            _ => Status(404, "NotFound", "the server could not find the requested resource"),
        };
    }

    private static bool Is(JsonElement question, string version, string kind) => question.GetProperty("apiVersion").GetString() == version && question.GetProperty("kind").GetString() == kind;

    private static FakeAnswer Status(int code, string reason, string message) =>
        new(code, JsonSerializer.Serialize(new { kind = "Status", apiVersion = "v1", status = "Failure", message, reason, code }));

    private async Task<(string? User, string Why)> UserAsync(string bearer)
    {
        try
        {
            var (kind, principal) = bearer.StartsWith("k8s-aws-v1.", StringComparison.Ordinal) ? ("session", SessionOf(bearer["k8s-aws-v1.".Length..]))
                : clouds().Entra.Tokens.TryGetValue(bearer, out var entra) ? ("application", entra.Resource == AzureClusters ? entra.ClientId : "for another resource")
                : clouds().Google.Tokens.TryGetValue(bearer, out var google) ? ("principal", google.Principal)
                : ("subject", await SubjectOfAsync(bearer));
            return Users.TryGetValue(principal, out var user) ? (user, "") : (null, $"the {kind} '{principal}' is nobody here");
        }
        catch (TokenRefused refused)
        {
            return (null, refused.Message);
        }
    }

    private async Task<string> SubjectOfAsync(string jwt)
    {
        if (RelyingParty.IssuerOf(jwt) != Oidc.Issuer)
        {
            throw new TokenRefused(TokenFault.Malformed, "another issuer");
        }
        var token = await clouds().Sts.RelyingParty.VerifyAsync(jwt, Oidc.Issuer);
        return token.Audience == Oidc.Audience ? token.Subject : throw new TokenRefused(TokenFault.Malformed, $"oidc: expected audience \"{Oidc.Audience}\" got [\"{token.Audience}\"]");
    }

    /// <summary>What the authenticator of EKS does: it asks STS with the signed URL and the cluster's name.</summary>
    private string SessionOf(string token)
    {
        var url = new Uri(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)));
        var query = HttpUtility.ParseQueryString(url.Query);
        var session = clouds().Sts.Sessions.GetValueOrDefault(query["X-Amz-Credential"]!.Split('/')[0]);
        var signature = session is null ? null : AwsSignature.ReadUrl(url, new() { ["x-k8s-aws-id"] = Name }, session.SecretAccessKey);
        var now = clouds().Sts.RelyingParty.Now;
        var signed = DateTimeOffset.ParseExact(query["X-Amz-Date"]!, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return signature is { Service: "sts" } && FakeSts.Hosts.Contains(url.Host) && url.Scheme == "https" && url.Host.Contains(signature.Region) && query["Action"] == "GetCallerIdentity"
            && signature.SignedHeaders.Contains("host") && signature.SignedHeaders.Contains("x-k8s-aws-id") && query["X-Amz-Security-Token"] == session!.SessionToken
            && int.Parse(query["X-Amz-Expires"]!, CultureInfo.InvariantCulture) <= 900 && now < signed.AddMinutes(15) && now > signed.AddMinutes(-5) && session.Expiration > now
            ? session.Arn.Split('/')[1] : throw new TokenRefused(TokenFault.Signature, "the signed URL is not right for this cluster");
    }
}
