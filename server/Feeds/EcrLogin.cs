using System.Text;
using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.SecurityToken;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>
/// A registry's login for who is logged in to AWS: GetAuthorizationToken, signed (Signature Version 4)
/// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html).
/// </summary>
public sealed class EcrLogin(CloudNetwork network)
{
    private const string Cloud = "Amazon ECR";

    /// <exception cref="RegistryException">AWS does not give one, or could not be asked.</exception>
    public async Task<RegistryLogin> OfAsync(ImmutableCredentials keys, string region, CancellationToken cancel)
    {
        using var request = Signed(keys, region);
        try
        {
            using var response = await network.Client.SendAsync(request, cancel);
            using var json = await RegistryJson.ReadAsync(response, cancel);
            return response.IsSuccessStatusCode ? Read(json.RootElement) : throw Refusal(json.RootElement, (int)response.StatusCode);
        }
        catch (HttpRequestException unanswered)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"{Cloud} could not be asked: {Printable.Of(unanswered.Message)}.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"{Cloud} answered with what is not an authorization token.");
        }
    }

    // There is no package for ECR that could be restored here; the signature is AWS's own code.
    private static HttpRequestMessage Signed(ImmutableCredentials keys, string region)
    {
        var endpoint = RegionEndpoint.GetBySystemName(region);
        var host = new Uri($"https://api.ecr.{region}.{endpoint.PartitionDnsSuffix}/");
        var ask = new DefaultRequest(new Ask(), "ecr") { HttpMethod = "POST", Endpoint = host, ResourcePath = "/", Content = "{}"u8.ToArray(), OverrideSigningServiceName = "ecr" };
        ask.Headers["Content-Type"] = "application/x-amz-json-1.1";
        ask.Headers["X-Amz-Target"] = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        if (keys.UseToken)
        {
            ask.Headers["X-Amz-Security-Token"] = keys.Token;
        }
        var config = new AmazonSecurityTokenServiceConfig { RegionEndpoint = endpoint, IgnoreConfiguredEndpointUrls = true };
        ask.Headers["Authorization"] = new AWS4Signer().SignRequest(ask, config, null, keys.AccessKey, keys.SecretKey).ForAuthorizationHeader;
        var request = new HttpRequestMessage(HttpMethod.Post, host) { Content = new ByteArrayContent(ask.Content) };
        foreach (var (name, value) in ask.Headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    private static RegistryLogin Read(JsonElement json)
    {
        var given = json.GetProperty("authorizationData")[0];
        var text = Encoding.UTF8.GetString(given.GetProperty("authorizationToken").GetBytesFromBase64());
        return text.Split(':', 2) is [{ Length: > 0 } user, { Length: > 0 } password]
            ? new(user, password, DateTimeOffset.FromUnixTimeMilliseconds((long)(given.GetProperty("expiresAt").GetDouble() * 1000)), given.GetProperty("proxyEndpoint").GetString(), Stays: true)
            : throw new FormatException();
    }

    private static RegistryException Refusal(JsonElement json, int status)
    {
        var (code, said) = (RegistryJson.Text(json, "__type")?.Split('#')[^1], (RegistryJson.Text(json, "message") ?? RegistryJson.Text(json, "Message"))?.TrimEnd('.'));
        return new(status < 500 ? RegistryFault.Refused : RegistryFault.Unreachable,
            $"{Cloud} answered {status}: {Printable.Of(code)}: {Printable.Of(said)}. The role (or user) needs ecr:GetAuthorizationToken, and to read the registry ecr:DescribeRepositories, ecr:ListImages and ecr:BatchGetImage.");
    }

    private sealed class Ask : AmazonWebServiceRequest;
}
