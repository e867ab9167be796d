using System.CommandLine;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.CommandLine;

/// <summary>Makes an administrator, or lets one in again: member of the administrators' team, enabled, no longer locked, with a new password or key.</summary>
public static class AdminVerb
{
    private sealed record Answer(User User, NewApiKey? ApiKey);

    public static Command Create(VerbContext context)
    {
        var username = new Option<string>("--username") { Description = "The administrator's user name.", DefaultValueFactory = _ => "admin", HelpName = "NAME" };
        var email = new Option<string?>("--email") { Description = "The e-mail address, by which a sign-in with the identity provider finds this account.", HelpName = "ADDRESS" };
        var passwordFromInput = new Option<bool>("--password-stdin") { Description = "Read the password from standard input instead of asking for it." };
        var apiKey = new Option<bool>("--api-key") { Description = "Make an API key and print it, this once." };
        var json = VerbContext.JsonOption();
        var admin = new Command("admin", "Make an administrator, or repair one: enabled, no longer locked, in the administrators' team, with a new password or API key.")
        {
            username, email, passwordFromInput, apiKey, json,
        };
        context.OnDatabase(admin, parsed => parsed.GetValue(passwordFromInput) ? context.Terminal.ReadSecret("--password-stdin") : null, async (parsed, given, services, cancel) =>
        {
            var name = parsed.GetRequiredValue(username).Trim();
            var present = await services.Get<UserStore>().FindByNameAsync(name, cancel);
            if (present is { IsService: true })
            {
                throw ApiException.BadRequest($"--username is '{present.Username}', which is a service account; an administrator must be a person's account.");
            }
            var password = given ?? (present is null && !parsed.GetValue(apiKey) ? Ask(context.Terminal, name, parsed.GetValue(email)) : null);
            var answer = await MakeAsync(new(name, parsed.GetValue(email), password), parsed.GetValue(apiKey), services, cancel);
            Tell(context.Terminal, answer, present is null, parsed.GetValue(json));
            return 0;
        });
        return admin.WithExamples(
            """
            octologin admin --username alice --email alice@example.com        (asks for the password)
            octologin admin --username alice --email alice@example.com --password-stdin <password.txt
            octologin admin --username alice                                  (lets her in again)
            octologin admin --username automation --api-key
            """);
    }

    private static async Task<Answer> MakeAsync(AdminOptions asked, bool apiKey, VerbServices services, CancellationToken cancel)
    {
        var made = await services.Get<FirstAdministrator>().MakeAsync(asked, VerbServices.Actor, cancel);
        var key = apiKey ? await services.Get<ApiKeys>().CreateAsync(made, new ApiKeyInput("made by octologin admin", null), VerbServices.Actor, cancel) : null;
        return new((await services.Get<UserStore>().FindAsync(made.Id, cancel))!, key);
    }

    private static void Tell(Terminal terminal, Answer answer, bool isNew, bool json)
    {
        if (json)
        {
            terminal.Json(answer);
            return;
        }
        terminal.Say($"{answer.User.Username} ({answer.User.Id}) {(isNew ? "was made and is" : "is")} an administrator.");
        if (answer.ApiKey is { } key)
        {
            terminal.Say($"API key, shown this once: {key.ApiKey}");
        }
    }

    /// <summary>Null: they sign in with the identity provider, by the e-mail address.</summary>
    private static string? Ask(Terminal terminal, string name, string? email)
    {
        if (terminal.Prompt is not { } prompt)
        {
            return email is not null ? null : throw new UsageException(
                $"There is no user '{name}' yet, and nobody at a keyboard to ask for a password. Give --password-stdin, or --email of the account at the identity provider, or --api-key for an administrator that signs in with a key.");
        }
        var password = prompt($"Password for {name} (at least {UserAccounts.FewestPasswordCharacters} characters{(email is null ? "" : "; empty for none, to sign in with the identity provider")})");
        if (password.Length == 0 && email is not null)
        {
            return null;
        }
        return password == prompt("The same again") ? password : throw new UsageException("The two passwords differ. Nothing was changed.");
    }
}
