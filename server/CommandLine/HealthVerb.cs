using System.CommandLine;
using System.Net;

namespace OctoLogin.CommandLine;

/// <summary>For a container's HEALTHCHECK: asks the server that listens on the settings' first URL. Opens nothing.</summary>
public static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(VerbContext context)
    {
        var health = new Command("health", "Ask the running server whether it is ready (GET /health/ready on the first of Urls); exit code 0 when it is.");
        health.SetAction((_, cancel) => RunAsync(context, cancel));
        return health.WithExamples("octologin health && echo ready");
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        var url = ReadyUrl(Settings.CreateBuilder([.. context.Settings]).Configuration["Urls"]);
        using var client = new HttpClient(Handler()) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(url, cancel);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                context.Terminal.Say("ready");
                return 0;
            }
            context.Terminal.Error.WriteLine($"{url} answered {(int)response.StatusCode}, not 200: the server runs and is not ready. Its log says why.");
        }
        catch (HttpRequestException fault)
        {
            context.Terminal.Error.WriteLine($"{url} does not answer: {fault.Message}. Start the server, or give this verb the server's Urls.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            context.Terminal.Error.WriteLine($"{url} did not answer within {Patience.TotalSeconds:0} s.");
        }
        return Verbs.Failed;
    }

    /// <summary>An address that means "all of this machine's" is asked on loopback.</summary>
    public static Uri ReadyUrl(string? urls)
    {
        var first = (string.IsNullOrWhiteSpace(urls) ? Server.DefaultUrls : urls).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0];
        try
        {
            var address = BindingAddress.Parse(first);
            var host = address.Host is "*" or "+" or "0.0.0.0" ? "127.0.0.1" : address.Host is "[::]" ? "[::1]" : address.Host;
            return new UriBuilder(address.Scheme, host.Trim('[', ']'), address.Port, $"{address.PathBase}/health/ready").Uri;
        }
        catch (FormatException)
        {
            throw new UsageException($"Urls has '{first}'; each entry must be a URL to listen on, such as {Server.DefaultUrls}.");
        }
    }

    private static SocketsHttpHandler Handler()
    {
        // A proxy of the environment is for the world outside.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        // The certificate is for the public name and this asks by another; nothing secret is sent.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return handler;
    }
}
