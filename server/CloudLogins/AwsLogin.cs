using System.Net;
using System.Xml;
using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>
/// Logs in to AWS as a role that trusts our issuer: AssumeRoleWithWebIdentity, unsigned
/// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
/// </summary>
public sealed class AwsLogin(CloudNetwork network, CloudPatience patience)
{
    private const string Cloud = "AWS STS";
    private const int LongestSessionName = 64;

    /// <param name="sessionName">What CloudTrail shows; made fit by <see cref="SessionName"/>.</param>
    /// <param name="waiting">Is told why, before each further try.</param>
    /// <exception cref="CloudRefusal">AWS does not want it.</exception>
    /// <exception cref="CloudOutage">AWS could not be asked.</exception>
    public Task<AwsSession> LoginAsync(AwsOidcDetails role, IdToken token, string sessionName, CancellationToken cancel, Action<string>? waiting = null)
    {
        var region = AwsRegion.Of(role.RoleArn, role.Region);
        return AwsRegion.Fault(region) is { } fault
            ? throw new CloudRefusal("This server", "Region", fault, token, "Mend the account's region.")
            : patience.TryAsync(() => AssumeAsync(role, region, token, SessionName(sessionName), cancel), token.ExpiresAt, waiting, cancel);
    }

    /// <summary>Who AWS says that the session is.</summary>
    public async Task<string> CallerArnAsync(AwsSession session, IdToken token, CancellationToken cancel)
    {
        using var sts = new AmazonSecurityTokenServiceClient(new SessionAWSCredentials(session.AccessKeyId, session.SecretAccessKey, session.SessionToken), Config(session.Region));
        return (await AskAsync(() => sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancel), token, cancel)).Arn ?? throw NoXml();
    }

    /// <summary>2 to 64 of <c>[\w+=,.@-]</c>, from any text.</summary>
    public static string SessionName(string text)
    {
        var fit = new string([.. text.Take(LongestSessionName).Select(c => char.IsAsciiLetterOrDigit(c) || "_+=,.@-".Contains(c) ? c : '-')]);
        return fit.Length >= 2 ? fit : $"octologin-{fit}";
    }

    private async Task<AwsSession> AssumeAsync(AwsOidcDetails role, string region, IdToken token, string sessionName, CancellationToken cancel)
    {
        // The machine's own AWS keys, if it has any, have no part in this.
        using var sts = new AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), Config(region));
        var request = new AssumeRoleWithWebIdentityRequest { RoleArn = role.RoleArn, RoleSessionName = sessionName, WebIdentityToken = token.Jwt, DurationSeconds = role.SessionDuration };
        var answer = await AskAsync(() => sts.AssumeRoleWithWebIdentityAsync(request, cancel), token, cancel);
        // Of a page that is no answer of STS's the SDK makes an answer without content.
        return answer.Credentials is { AccessKeyId: { } id, SecretAccessKey: { } secret, SessionToken: { } session, Expiration: { } ends } && answer.AssumedRoleUser?.Arn is { } arn
            ? new(id, secret, session, new(ends.ToUniversalTime(), TimeSpan.Zero), region, arn)
            : throw NoXml();
    }

    private AmazonSecurityTokenServiceConfig Config(string region) => new()
    {
        RegionEndpoint = RegionEndpoint.GetBySystemName(region),
        HttpClientFactory = new Network(network),
        // What may pass is tried again by us, who know what may; and where to is the account's word, not this machine's settings'.
        MaxErrorRetry = 0,
        IgnoreConfiguredEndpointUrls = true,
        DefaultConfigurationMode = DefaultConfigurationMode.Standard,
    };

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, IdToken token, CancellationToken cancel)
    {
        try
        {
            return await ask();
        }
        catch (AmazonServiceException answer) when (!cancel.IsCancellationRequested)
        {
            // Without a code it is nothing that STS says, whatever stands between us and it.
            throw string.IsNullOrEmpty(answer.ErrorCode) ? new CloudOutage($"{Cloud} answered {(int)answer.StatusCode} with something that is not its XML.")
                : answer.StatusCode >= HttpStatusCode.InternalServerError || answer.ErrorCode is "Throttling" or "ThrottlingException" or "RequestLimitExceeded"
                    ? new CloudOutage($"{Cloud} could not answer: {answer.ErrorCode}.")
                : new CloudRefusal(Cloud, answer.ErrorCode, answer.Message, token, AwsAdvice.For(answer.ErrorCode, answer.Message, token), mayPass: answer.ErrorCode is "IDPCommunicationError");
        }
        catch (XmlException)
        {
            throw NoXml();
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException or AmazonClientException && !cancel.IsCancellationRequested)
        {
            throw new CloudOutage($"{Cloud} could not be asked: {unanswered.Message}.");
        }
    }

    private static CloudOutage NoXml() => new($"{Cloud} answered with something that is not its XML.");

    private sealed class Network(CloudNetwork network) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => network.Client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
