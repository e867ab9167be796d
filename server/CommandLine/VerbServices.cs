using Microsoft.Extensions.Logging.Console;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.CommandLine;

/// <summary>
/// The server's own services on its own database, without listening: validation, audit and notifications are the same as over HTTP.
/// </summary>
public sealed class VerbServices : IAsyncDisposable
{
    private readonly WebApplication app;

    private VerbServices(WebApplication app, OpenDatabase database) => (this.app, Database) = (app, database);

    /// <summary>Who does it, for the audit.</summary>
    public static AuditActor Actor => AuditActor.CommandLine;

    public OpenDatabase Database { get; }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<VerbServices> OpenAsync(VerbContext context, CancellationToken cancel)
    {
        var builder = Settings.CreateBuilder([.. context.Settings]);
        Quieten(builder.Logging);
        var settings = Settings.Read(builder.Configuration, builder.Environment);
        using var loggers = LoggerFactory.Create(Quieten);
        var database = await DatabaseStartup.OpenAsync(settings.Database, TimeProvider.System, loggers, attach: true, cancel);
        try
        {
            Server.AddServices(builder.Services, settings, database);
            var app = builder.Build();
            await Server.PrepareAsync(app.Services, new AdminOptions(null), cancel);
            return new VerbServices(app, database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Database.DisposeAsync();
    }

    // Standard output is the verb's answer, which scripts read.
    private static void Quieten(ILoggingBuilder logging) => logging.ClearProviders()
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter<ConsoleLoggerProvider>(null, LogLevel.Warning)
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
