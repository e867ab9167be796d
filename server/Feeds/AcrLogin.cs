using System.Text.Json;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>
/// A registry's login for an application that is logged in to Azure: its access token becomes the registry's refresh token
/// (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md).
/// </summary>
public sealed class AcrLogin(CloudNetwork network, TimeProvider clock)
{
    /// <summary>For every registry of the cloud.</summary>
    public const string Scope = "https://containerregistry.azure.net/.default";

    /// <summary>Who has a refresh token for a password.</summary>
    private const string User = "00000000-0000-0000-0000-000000000000";

    /// <summary>Of a refresh token that does not say when it ends; it lives for three hours.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <param name="registry">Whose host the token is sent to: Azure's own alone.</param>
    /// <exception cref="RegistryException">The registry does not give one, or could not be asked.</exception>
    public async Task<RegistryLogin> OfAsync(Uri registry, string tenantId, CloudToken access, CancellationToken cancel)
    {
        var url = new Uri(registry, "/oauth2/exchange");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "access_token", ["service"] = registry.Host, ["tenant"] = tenantId, ["access_token"] = access.Value,
        });
        try
        {
            using var response = await network.Client.PostAsync(url, form, cancel);
            using var json = await RegistryJson.ReadAsync(response, cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(registry, json.RootElement, (int)response.StatusCode);
            }
            var token = json.RootElement.GetProperty("refresh_token").GetString() is { Length: > 0 } text ? text : throw new FormatException();
            return new(User, token, EndOf(token) ?? clock.GetUtcNow() + Lifetime, Stays: true);
        }
        catch (HttpRequestException unanswered)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"{registry.Host} could not be asked: {Printable.Of(unanswered.Message)}.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"{registry.Host} answered with what is not a refresh token.");
        }
    }

    // Nothing depends on it but when the next one is fetched, so it is read and not verified.
    private static DateTimeOffset? EndOf(string token)
    {
        try
        {
            using var payload = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
            return payload.RootElement.TryGetProperty("exp", out var end) && end.TryGetInt64(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }
        catch (Exception other) when (other is FormatException or JsonException or IndexOutOfRangeException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static RegistryException Refusal(Uri registry, JsonElement json, int status)
    {
        var said = RegistryJson.Refusal(json)?.TrimEnd('.');
        return new(status < 500 ? RegistryFault.Refused : RegistryFault.Unreachable,
            $"{registry.Host} answered {status}{(said is null ? "" : $": {Printable.Of(said)}")}. The application needs the role AcrPull at the registry, and to search it that of Container Registry Repository Catalog Lister or Reader.");
    }
}
