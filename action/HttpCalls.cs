using System.Net;
using System.Security.Authentication;

namespace OctoLogin.Action;

/// <summary>
/// One HTTP call, with what each needs: a time limit, a size limit, no redirects, and a sentence for every way it can fail.
/// Proxies (HTTPS_PROXY, NO_PROXY) and the CAs of SSL_CERT_FILE and SSL_CERT_DIR are what .NET does by itself.
/// Synchronous: one call at a time is all there is, and the state machines of the other way cost a sixth of the run in compilation.
/// </summary>
internal sealed class HttpCalls
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    // Lives as long as the process: closing its connections in an orderly way would only keep the job waiting.
    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        // A 307 would carry the token in the body to wherever the answer points.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = TimeLimit,
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public HttpCalls() => client.DefaultRequestHeaders.UserAgent.ParseAdd("octologin-action");

    /// <param name="asked">Who is asked for what, as a sentence's beginning: "The token endpoint https://…".</param>
    public HttpAnswer Send(string asked, HttpRequestMessage request)
    {
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = client.Send(request);
            var answer = new HttpAnswer(asked, response.StatusCode, response.Content.Headers.ContentType?.MediaType,
                CorrelationId(response), Body(response));
            ThrowIfTransient(answer, response);
            ThrowIfRedirect(answer, response, request.RequestUri!);
            return answer;
        }
        catch (HttpRequestException failure)
        {
            throw Explain(asked, failure);
        }
        catch (TaskCanceledException)
        {
            throw new TransientException($"{asked} did not answer within {TimeLimit.TotalSeconds} s.");
        }
    }

    private static byte[] Body(HttpResponseMessage response)
    {
        using var body = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(body);
        return body.ToArray();
    }

    private static void ThrowIfTransient(HttpAnswer answer, HttpResponseMessage response)
    {
        if (answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
        {
            var reason = OAuthError.In(answer) is { } error ? $" ({error})" : "";
            throw new TransientException($"{answer.Asked} answered {answer.StatusLine}{reason}.", RetryAfter(response));
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - DateTimeOffset.UtcNow is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };

    private static void ThrowIfRedirect(HttpAnswer answer, HttpResponseMessage response, Uri asked)
    {
        if ((int)answer.Status is < 300 or > 399)
        {
            return;
        }
        // Without its query: sign-in pages are given state there that is nobody else's business.
        var target = response.Headers.Location is { } location ? PlainText.OneLine(new Uri(asked, location).GetLeftPart(UriPartial.Path), 200) : "nowhere";
        throw new LoginException($"{answer.Asked} answered {answer.StatusLine}, a redirect to {target}. Redirects are not followed, since they would carry a token along: "
            + "set `server` to the address that the server has in the end. If this is a sign-in page, let /.well-known and /token/v1 through without it.");
    }

    private static LoginException Explain(string asked, HttpRequestException failure)
    {
        // The outer message names the address that was tried, which is the proxy's where there is one.
        var reason = PlainText.OneLine(failure.HttpRequestError == HttpRequestError.SecureConnectionError ? (failure.InnerException ?? failure).Message : failure.Message, 300);
        return failure.HttpRequestError switch
        {
            // An AuthenticationException that nothing caused is our own refusal, mostly of the certificate; another try would end the same way.
            HttpRequestError.SecureConnectionError when failure.InnerException is AuthenticationException { InnerException: null } =>
                new LoginException($"{asked} cannot be trusted: {reason} {CertificateAdvice()}"),
            HttpRequestError.ProxyTunnelError when failure.StatusCode is HttpStatusCode.ProxyAuthenticationRequired or HttpStatusCode.Forbidden =>
                new LoginException($"{asked} cannot be reached: the proxy of HTTPS_PROXY answered {(int)failure.StatusCode} {failure.StatusCode}. "
                    + "Put the server into NO_PROXY if it needs no proxy, or correct the proxy's user and password."),
            HttpRequestError.ConfigurationLimitExceeded => new LoginException($"{asked} sent more than 1 MiB: is `server` right?"),
            _ => new TransientException($"{asked} cannot be reached: {reason}{(reason.EndsWith('.') ? "" : ".")}"),
        };
    }

    private static string CertificateAdvice() => Environment.GetEnvironmentVariable("SSL_CERT_FILE") is { Length: > 0 } file && !File.Exists(file)
        ? $"SSL_CERT_FILE is {PlainText.OneLine(file, 200)}, and no such file is here: this container sees the workspace as /github/workspace, and nothing else of the runner's machine."
        : "If a private CA signed the server's certificate, set the environment variable SSL_CERT_FILE to a PEM file with that CA which this container can read, such as one in the workspace.";

    private static string? CorrelationId(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Correlation-Id", out var values) ? string.Join(' ', values) : null;
}
