using OctoLogin.Database;

namespace OctoLogin.Scripts;

public static class ScriptServices
{
    public static IServiceCollection AddScripts(this IServiceCollection services, ScriptOptions options, DatabaseOptions database) => services
        .AddSingleton(provider => new ScriptFolders(options, database, provider.GetRequiredService<ILogger<ScriptFolders>>()))
        .AddHostedService(provider => provider.GetRequiredService<ScriptFolders>())
        .AddSingleton<DeathWatch>()
        .AddSingleton(provider => new ScriptRunner(options, provider.GetRequiredService<ScriptFolders>(), provider.GetRequiredService<DeathWatch>()));
}
