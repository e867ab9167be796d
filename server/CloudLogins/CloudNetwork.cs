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

    private readonly Lazy<CloudAnswers> answers;
    private readonly Lazy<HttpClient> client;

    // Made when they are first needed: what they are made of is set after this.
    public CloudNetwork(CloudOptions options) : base(options.Network)
    {
        answers = new(() => new(this, CreateHandler()));
        client = new(() => new(answers.Value, disposeHandler: false) { Timeout = System.Threading.Timeout.InfiniteTimeSpan });
    }

    /// <summary>
    /// An answer of 500 and above, 429 or a redirect is a <see cref="HttpRequestException"/> like no answer at all: nothing that a cloud has decided.
    /// </summary>
    public HttpClient Client => client.Value;

    /// <summary>For an SDK that makes its own client and disposes of what it is given: the same, which stays.</summary>
    public HttpMessageHandler Lend() => new Lent(new(answers.Value, disposeHandler: false));

    /// <summary>An endpoint that an account names; null: it is none that may be asked.</summary>
    public static Uri? Endpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length == 0 ? uri : null;

    public void Dispose()
    {
        if (answers.IsValueCreated)
        {
            answers.Value.Dispose();
        }
    }

    private sealed class Lent(HttpMessageInvoker network) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => network.SendAsync(request, cancellationToken);
    }
}
