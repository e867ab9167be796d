using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Identity.Client;
using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>
/// Logs in to Azure as an application that trusts our issuer: our ID token is its client assertion
/// (https://learn.microsoft.com/entra/workload-id/workload-identity-federation).
/// </summary>
public sealed partial class AzureLogin(CloudNetwork network, CloudPatience patience)
{
    private const string Cloud = "Microsoft Entra";
    private const string ResourceManager = "Azure Resource Manager";

    /// <summary>For the resource manager of the account's cloud.</summary>
    public static string ManagementScope(AzureOidcDetails app) => $"{app.ResourceManagement}/.default";

    /// <param name="scope">Such as <see cref="ManagementScope"/>.</param>
    /// <param name="waiting">Is told why, before each further try.</param>
    /// <exception cref="CloudRefusal">Entra does not want it.</exception>
    /// <exception cref="CloudOutage">Entra could not be asked.</exception>
    public Task<CloudToken> LoginAsync(AzureOidcDetails app, string scope, IdToken token, CancellationToken cancel, Action<string>? waiting = null)
    {
        var authority = Endpoint("ActiveDirectoryEndpointBaseUri", app.Authority, token);
        var options = new ClientAssertionCredentialOptions
        {
            AuthorityHost = authority,
            Transport = new HttpClientTransport(network.Client),
            // Azure's own hosts are known; about a private cloud's nobody else is asked.
            DisableInstanceDiscovery = AzureClouds.All.Values.All(cloud => new Uri(cloud.ActiveDirectory).Host != authority.Host),
        };
        // What may pass is tried again by us, who know what may.
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        return patience.TryAsync(async () =>
        {
            // A new one each time: it keeps what it got in memory, and nothing here may.
            var application = new ClientAssertionCredential(app.TenantId, app.ClientId, _ => Task.FromResult(token.Jwt), options);
            return await AskAsync(async () =>
            {
                var got = await application.GetTokenAsync(new TokenRequestContext([scope]), cancel);
                return new CloudToken(got.Token, got.ExpiresOn);
            }, token, cancel);
        }, token.ExpiresAt, waiting, cancel);
    }

    /// <summary>The account's subscription, as the application sees it.</summary>
    public async Task<AzureSubscription> SubscriptionAsync(AzureOidcDetails app, CloudToken access, IdToken token, CancellationToken cancel)
    {
        var endpoint = Endpoint("ResourceManagementEndpointBaseUri", app.ResourceManagement, token);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/subscriptions/{Uri.EscapeDataString(app.SubscriptionNumber)}?api-version=2022-12-01"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Value);
        try
        {
            using var response = await network.Client.SendAsync(request, cancel);
            using var body = await ReadAsync(response, cancel);
            return response.StatusCode == HttpStatusCode.OK
                ? new(Text(body.RootElement, "subscriptionId") ?? app.SubscriptionNumber, Text(body.RootElement, "displayName") ?? "", Text(body.RootElement, "state") ?? "")
                : throw Refused(body.RootElement, (int)response.StatusCode, app, token);
        }
        catch (HttpRequestException unanswered)
        {
            throw new CloudOutage($"{ResourceManager} could not be asked: {unanswered.Message}.");
        }
        catch (JsonException)
        {
            throw new CloudOutage($"{ResourceManager} answered with something that is not JSON.");
        }
    }

    private static CloudRefusal Refused(JsonElement body, int status, AzureOidcDetails app, IdToken token)
    {
        var error = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : default;
        var code = Text(error, "code") ?? status.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
        return new(ResourceManager, code, Text(error, "message") ?? "", token, AzureAdvice.ForSubscription(code, app));
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, IdToken token, CancellationToken cancel)
    {
        try
        {
            return await ask();
        }
        catch (AuthenticationFailedException failed) when (!cancel.IsCancellationRequested)
        {
            var answer = Inner<MsalServiceException>(failed);
            if (Inner<HttpRequestException>(failed) is { } unanswered)
            {
                throw new CloudOutage($"{Cloud} could not be asked: {unanswered.Message}.");
            }
            var text = answer is null ? "" : Own(answer);
            // Without a code it is nothing that Entra says, whatever stands between us and it.
            var code = Code().Match(text).Value;
            throw code.Length == 0 || answer is not { StatusCode: >= 400 and < 500 } ? new CloudOutage($"{Cloud} answered with something that is not its JSON: {answer?.ErrorCode ?? "no answer"}.")
                : new CloudRefusal(Cloud, code, text.Replace($"{code}: ", "", StringComparison.Ordinal), token, AzureAdvice.For(code, token), mayPass: AzureAdvice.MayPass(code));
        }
    }

    /// <summary>Entra's own words, without what the SDK says before them.</summary>
    private static string Own(MsalServiceException answer)
    {
        var at = answer.Message.IndexOf("AADSTS", StringComparison.Ordinal);
        return at < 0 ? answer.Message : answer.Message[at..];
    }

    private static T? Inner<T>(Exception fault) where T : Exception
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }
        return null;
    }

    private static Uri Endpoint(string property, string text, IdToken token) => CloudNetwork.Endpoint(text)
        ?? throw new CloudRefusal("This server", property, $"{property} is '{Http.Printable.Of(text)}', which is not an https URL without query.", token, "Mend the account.");

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancel) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex(@"AADSTS\d+")]
    private static partial Regex Code();
}

public sealed record AzureSubscription(string Id, string DisplayName, string State);
