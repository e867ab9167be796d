using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>
/// Logs in to Google Cloud through a workload identity pool: our ID token becomes a federated one and, where the account says so, that
/// becomes a service account's (https://cloud.google.com/iam/docs/workload-identity-federation).
/// </summary>
public sealed class GoogleLogin(CloudNetwork network, CloudPatience patience, CloudOptions options, TimeProvider clock)
{
    private const string Sts = "Google STS";
    private const string Impersonation = "Google IAM";
    private const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

    /// <summary>All that a federated token needs to become a service account's.</summary>
    private const string Iam = "https://www.googleapis.com/auth/iam";

    /// <param name="waiting">Is told why, before each further try.</param>
    /// <exception cref="CloudRefusal">Google does not want it.</exception>
    /// <exception cref="CloudOutage">Google could not be asked.</exception>
    public Task<CloudToken> LoginAsync(GoogleOidcDetails account, IdToken token, CancellationToken cancel, Action<string>? waiting = null) =>
        patience.TryAsync(async () =>
        {
            var federated = await ExchangeAsync(account, token, cancel);
            return account.ImpersonatedServiceAccount is { Length: > 0 } email ? await ImpersonateAsync(email, account, federated, token, cancel) : federated;
        }, token.ExpiresAt, waiting, cancel);

    /// <summary>The provider's full name, as the exchange wants it: the audience without <c>https:</c>.</summary>
    public static string ProviderOf(string audience) => audience.StartsWith("https:", StringComparison.Ordinal) ? audience["https:".Length..] : audience;

    private async Task<CloudToken> ExchangeAsync(GoogleOidcDetails account, IdToken token, CancellationToken cancel)
    {
        var exchange = new ProgrammaticExternalAccountCredential(new(
            $"https://sts.{options.GoogleUniverseDomain}/v1/token", ProviderOf(token.Audience), "urn:ietf:params:oauth:token-type:jwt", new SubjectToken(token.Jwt))
        {
            HttpClientFactory = new Network(network),
            Scopes = [string.IsNullOrEmpty(account.ImpersonatedServiceAccount) ? CloudPlatform : Iam],
            UniverseDomain = options.GoogleUniverseDomain,
        });
        try
        {
            var value = await exchange.GetAccessTokenForRequestAsync(null, cancel);
            return new(value, clock.GetUtcNow().AddSeconds(exchange.Token.ExpiresInSeconds ?? 0));
        }
        // Of an answer without an error of its own the SDK makes a sentence where the code would stand.
        catch (TokenResponseException answer) when (answer.Error?.Error is null || answer.Error.Error.Contains(' '))
        {
            throw new CloudOutage($"{Sts} answered with something that is not its JSON.");
        }
        catch (TokenResponseException answer)
        {
            var code = answer.Error.Error;
            throw new CloudRefusal(Sts, code, answer.Error.ErrorDescription ?? "", token, GoogleAdvice.For(code, answer.Error.ErrorDescription ?? "", token));
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException or InvalidOperationException or Newtonsoft.Json.JsonException && !cancel.IsCancellationRequested)
        {
            throw new CloudOutage($"{Sts} could not be asked: {unanswered.Message}.");
        }
    }

    // Not the SDK's: it says of a refusal here nothing but its status.
    private async Task<CloudToken> ImpersonateAsync(string email, GoogleOidcDetails account, CloudToken federated, IdToken token, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://iamcredentials.{options.GoogleUniverseDomain}/v1/projects/-/serviceAccounts/{Uri.EscapeDataString(email)}:generateAccessToken"))
        {
            Content = JsonContent.Create(new Dictionary<string, object> { ["scope"] = new[] { CloudPlatform }, ["lifetime"] = $"{account.TokenLifetimeSeconds}s" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", federated.Value);
        try
        {
            using var response = await network.Client.SendAsync(request, cancel);
            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            return response.IsSuccessStatusCode ? Read(body.RootElement) : throw Refused(body.RootElement, (int)response.StatusCode, email, token);
        }
        catch (HttpRequestException unanswered)
        {
            throw new CloudOutage($"{Impersonation} could not be asked: {unanswered.Message}.");
        }
        catch (Exception nonsense) when (nonsense is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CloudOutage($"{Impersonation} answered with something that is not its JSON.");
        }
    }

    private static CloudToken Read(JsonElement body) =>
        new(body.GetProperty("accessToken").GetString()!, DateTimeOffset.Parse(body.GetProperty("expireTime").GetString()!, CultureInfo.InvariantCulture));

    private static CloudRefusal Refused(JsonElement body, int status, string email, IdToken token)
    {
        var error = body.GetProperty("error");
        var code = error.TryGetProperty("status", out var name) ? name.GetString()! : status.ToString(CultureInfo.InvariantCulture);
        return new(Impersonation, code, error.GetProperty("message").GetString() ?? "", token, GoogleAdvice.ForImpersonation(code, email, token));
    }

    private sealed class SubjectToken(string jwt) : ProgrammaticExternalAccountCredential.ISubjectTokenProvider
    {
        public Task<string> GetSubjectTokenAsync(ProgrammaticExternalAccountCredential caller, CancellationToken taskCancellationToken) => Task.FromResult(jwt);
    }

    private sealed class Network(CloudNetwork network) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => network.Lend();
    }
}
