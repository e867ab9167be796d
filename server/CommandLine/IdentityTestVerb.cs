using System.CommandLine;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.TokenExchange;

namespace OctoLogin.CommandLine;

public static class IdentityTestVerb
{
    public static Command Create(VerbContext context)
    {
        var account = ServiceAccountVerbs.AccountArgument();
        var tokenFromInput = new Option<bool>("--token-stdin") { Description = "Read a token (a JWT) from standard input." };
        var claims = new Option<string?>("--claims") { Description = "A file with a token's claims as a JSON object; - for standard input.", HelpName = "FILE" };
        var json = VerbContext.JsonOption();
        var test = new Command("test", "Say check by check what a login with this token, or with these claims, would meet. Nothing is issued or used up.")
        {
            account, tokenFromInput, claims, json,
        };
        context.OnDatabase(test, parsed => Read(context.Terminal, parsed.GetValue(tokenFromInput), parsed.GetValue(claims)), async (parsed, input, services, cancel) =>
        {
            var found = await ServiceAccountVerbs.FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var result = await services.Get<IdentityTest>().RunAsync(found, input, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(result);
            }
            else
            {
                Tell(context.Terminal, result);
            }
            if (!result.WouldSucceed)
            {
                context.Terminal.Error.WriteLine($"A login to {found.Username} with it would be refused.");
            }
            return result.WouldSucceed ? 0 : Verbs.Failed;
        });
        return test.WithExamples(
            """
            octologin identity test ci --token-stdin <token.jwt
            octologin identity test ci --claims claims.json
            """);
    }

    private static IdentityTestInput Read(Terminal terminal, bool token, string? claims)
    {
        if (token == claims is not null)
        {
            throw new UsageException("Give either --token-stdin or --claims FILE.");
        }
        if (token)
        {
            return new(terminal.ReadSecret("--token-stdin").Trim(), null);
        }
        try
        {
            return new(null, JsonDocument.Parse(claims == "-" ? terminal.ReadSecret("--claims -") : File.ReadAllText(claims!)).RootElement);
        }
        catch (JsonException fault)
        {
            throw ApiException.BadRequest($"--claims {claims} is not JSON: {fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ApiException.BadRequest($"--claims {claims} cannot be read: {fault.Message}");
        }
    }

    private static void Tell(Terminal terminal, IdentityTestResult result)
    {
        Tell(terminal, result.Checks);
        if (result.Identities.Count == 0)
        {
            terminal.Say("No OIDC identity of this service account was compared.");
        }
        foreach (var identity in result.Identities)
        {
            terminal.Say($"OIDC identity {Printable.Of(identity.Name)} ({identity.Id}) {(identity.Matches ? "matches" : "does not match")}");
            Tell(terminal, identity.Checks);
        }
    }

    private static void Tell(Terminal terminal, IReadOnlyList<TestCheck> checks)
    {
        foreach (var check in checks)
        {
            var compared = check.Passed ? (check.Actual is null ? "" : Printable.Of(check.Actual))
                : check.Expected is null && check.Actual is null ? ""
                : $"is {Printable.Of(check.Actual)}, must be {Printable.Of(check.Expected)}";
            terminal.Say($"  {(check.Passed ? "ok  " : "FAIL")}  {Printable.Of(check.Check),-20}  {compared} {check.Explanation}".TrimEnd());
        }
    }
}
