using System.CommandLine;

namespace OctoLogin.CommandLine;

public static class MigrateVerb
{
    public static Command Create(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var migrate = new Command("migrate", "Bring the database to what this version needs, and say how many migrations that took. The server does the same when it starts.") { json };
        context.OnDatabase(migrate, (parsed, services, _) =>
        {
            var applied = services.Database.MigrationsApplied;
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(new { MigrationsApplied = applied });
            }
            else
            {
                context.Terminal.Say(applied == 0 ? "The database is up to date." : $"{applied} migration{(applied == 1 ? " was" : "s were")} applied.");
            }
            return Task.FromResult(0);
        });
        return migrate.WithExamples("octologin migrate --ConnectionStrings:OctoLogin=\"Host=db;Database=octologin\"");
    }
}
