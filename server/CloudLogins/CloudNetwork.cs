using OctoLogin.Http;

namespace OctoLogin.CloudLogins;

/// <summary>
/// How clouds, and what else an account names, are reached: https alone, at public addresses alone unless the settings name the host, and
/// with a limit on time and size. The clouds' SDKs send through it too.
/// </summary>
public sealed class CloudNetwork : OutgoingNetwork, IDisposable
{
    public const int MostBytes = 1024 * 1024;
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Lazy<HttpClient> client;

    // The handler is made when it is first needed: a test has replaced what it is made of by then.
    public CloudNetwork(CloudOptions options) : base(options.Network) =>
        client = new(() => new(new CloudAnswers(this, CreateHandler())) { Timeout = System.Threading.Timeout.InfiniteTimeSpan });

    /// <summary>
    /// An answer of 500 and above, 429 or a redirect is a <see cref="HttpRequestException"/> like no answer at all: nothing that a cloud has decided.
    /// </summary>
    public HttpClient Client => client.Value;

    /// <summary>An endpoint that an account names; null: it is none that may be asked.</summary>
    public static Uri? Endpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length == 0 ? uri : null;

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }
}
