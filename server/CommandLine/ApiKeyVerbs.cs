using System.CommandLine;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.CommandLine;

public static class ApiKeyVerbs
{
    public static Command Create(VerbContext context)
    {
        var username = new Argument<string>("USER") { Description = "The user's or service account's name, or Id (Users-21)." };
        var purpose = new Option<string>("--purpose") { Description = "What it is for, shown in lists.", Required = true, HelpName = "TEXT" };
        var expires = new Option<string?>("--expires") { Description = "When it stops working, from now: 12h, 30d. Never unless told.", HelpName = "TIME" };
        var json = VerbContext.JsonOption();
        var create = new Command("create", "Make an API key. It is printed this once and cannot be had again.") { username, purpose, expires, json };
        context.OnDatabase(create, parsed => parsed.GetValue(expires) is { } text ? Duration.Parse("--expires", text) : (TimeSpan?)null, async (parsed, life, services, cancel) =>
        {
            var until = services.Get<TimeProvider>().GetUtcNow() + life;
            var name = parsed.GetRequiredValue(username);
            var users = services.Get<UserStore>();
            var user = await users.FindByNameAsync(name, cancel) ?? await users.FindAsync(name, cancel)
                ?? throw ApiException.BadRequest($"There is no user '{Printable.Of(name)}'.");
            var made = await services.Get<ApiKeys>().CreateAsync(user, new ApiKeyInput(parsed.GetRequiredValue(purpose), until), VerbServices.Actor, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(made);
                return 0;
            }
            // The key alone on standard output, so that a script can take it from there.
            context.Terminal.Error.WriteLine($"API key {made.Id} of {user.Username}, {(until is null ? "which does not expire" : $"until {until:u}")}; it is shown this once:");
            context.Terminal.Say(made.ApiKey);
            return 0;
        });
        create.WithExamples("octologin api-key create ci --purpose 'nightly build' --expires 30d");
        return new Command("api-key", "API keys, for clients that cannot get an ID token.") { create };
    }
}
