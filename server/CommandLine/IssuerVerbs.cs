using System.CommandLine;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.CommandLine;

/// <summary>What this server makes of an issuer; what the issuer itself answers is <see cref="IssuerCheckVerb"/>'s.</summary>
public static class IssuerVerbs
{
    public static Command Create(VerbContext context) => new Command("issuer", "Those who sign the tokens that workflows bring.")
    {
        ListVerb(context),
        IssuerCheckVerb.Create(context),
        SetVerb(context),
        ChangeVerb(context, "disable", "Accept no token of an issuer; the access tokens that it gave stop working at once.", Disable(true)),
        ChangeVerb(context, "enable", "Accept the tokens of a disabled issuer again.", Disable(false)),
        ChangeVerb(context, "refresh", "Forget an issuer's keys on every replica, so that a withdrawn one stops at once, and fetch them anew.",
            (issuers, present, cancel) => issuers.RefreshAsync(present, VerbServices.Actor, cancel)),
        ChangeVerb(context, "reset", "Clear what was set for an issuer: enabled, and its keys are fetched as it publishes itself.", async (issuers, present, cancel) =>
        {
            await issuers.DeleteAsync(present, VerbServices.Actor, cancel);
            return await issuers.ShowAsync(IssuerSettings.None(present.Issuer), cancel);
        }),
        RevokeVerb(context),
    };

    public static Argument<string> UrlArgument() => new("URL") { Description = "The issuer, exactly as its tokens' 'iss' has it." };

    public static string ReadFile(string option, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ApiException.BadRequest($"{option} {path} cannot be read: {fault.Message}");
        }
    }

    private static Command ListVerb(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var list = new Command("list", "List the issuers that identities trust or that something was set for.") { json };
        context.OnDatabase(list, async (parsed, services, cancel) =>
        {
            var slice = await services.Get<IssuerSettingsStore>().ListAsync(Page.All, cancel);
            var issuers = slice.Items.Select(services.Get<Issuers>().Show).ToList();
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(ResourceCollection<IssuerResource>.Of(Page.All, slice.Total, issuers) with { ItemType = "Issuer" });
            }
            else
            {
                context.Terminal.Table(["ISSUER", "STATE", "KEYS", "IDENTITIES"], issuers.Select(issuer => new[]
                {
                    issuer.Issuer, issuer.IsDisabled ? "disabled" : issuer.IsTrusted ? "trusted" : "not in Issuers:Trusted", KeysOf(issuer), $"{issuer.OidcIdentities}",
                }));
            }
            return 0;
        });
        return list;
    }

    private static string KeysOf(IssuerResource issuer) =>
        issuer.Jwks is not null ? "uploaded" : issuer.CertificateAuthority is not null ? "fetched, by a CA of its own" : "fetched";

    private static Command SetVerb(VerbContext context)
    {
        var url = UrlArgument();
        var authority = new Option<string?>("--ca") { Description = "A PEM file of CA certificates, by which alone this issuer's servers are trusted then.", HelpName = "FILE" };
        var jwks = new Option<string?>("--jwks") { Description = "A JWKS file of public keys, for an issuer that cannot be reached; it is never fetched then.", HelpName = "FILE" };
        var noAuthority = new Option<bool>("--no-ca") { Description = "Trust its servers as the machine trusts any." };
        var noJwks = new Option<bool>("--no-jwks") { Description = "Fetch its keys again." };
        var json = VerbContext.JsonOption();
        var set = new Command("set", "Give an issuer a CA of its own, or keys that are not fetched.") { url, authority, noAuthority, jwks, noJwks, json };
        context.OnDatabase(set, parsed => Read(Given(parsed, authority, noAuthority), Given(parsed, jwks, noJwks)), async (parsed, input, services, cancel) =>
        {
            var issuers = services.Get<Issuers>();
            var present = await issuers.FindAsync(parsed.GetRequiredValue(url), cancel);
            return Tell(context.Terminal, await issuers.SaveAsync(present, input, VerbServices.Actor, cancel), parsed.GetValue(json));
        });
        return set.WithExamples(
            """
            octologin issuer set https://github.example.com/_services/token --ca company-ca.pem
            octologin issuer set https://kubernetes.default.svc.cluster.local --jwks cluster-jwks.json
            """);
    }

    /// <summary>The file's text; empty, which clears it, with the option that takes it back; null: neither.</summary>
    private static string? Given(ParseResult parsed, Option<string?> option, Option<bool> clear) => (parsed.GetValue(option), parsed.GetValue(clear)) switch
    {
        ({ }, true) => throw new UsageException($"Give either {option.Name} FILE or {clear.Name}."),
        ({ } file, _) => ReadFile(option.Name, file),
        (_, true) => "",
        _ => null,
    };

    private static IssuerInput Read(string? authority, string? jwks) => authority is null && jwks is null
        ? throw new UsageException("Say what to set: --ca FILE, --no-ca, --jwks FILE or --no-jwks.")
        : new() { CertificateAuthority = authority, Jwks = jwks is null ? null : JsonSerializer.SerializeToElement(jwks) };

    private static Func<Issuers, IssuerSettings, CancellationToken, Task<IssuerResource>> Disable(bool disabled) => (issuers, present, cancel) =>
        // Nothing to do is no change in the audit.
        present.IsDisabled == disabled ? issuers.ShowAsync(present, cancel)
            : issuers.SaveAsync(present, new IssuerInput { IsDisabled = disabled }, VerbServices.Actor, cancel);

    private static Command ChangeVerb(
        VerbContext context, string verb, string description, Func<Issuers, IssuerSettings, CancellationToken, Task<IssuerResource>> change)
    {
        var url = UrlArgument();
        var json = VerbContext.JsonOption();
        var command = new Command(verb, description) { url, json };
        context.OnDatabase(command, async (parsed, services, cancel) =>
        {
            var issuers = services.Get<Issuers>();
            var present = await issuers.FindAsync(parsed.GetRequiredValue(url), cancel);
            return Tell(context.Terminal, await change(issuers, present, cancel), parsed.GetValue(json));
        });
        return command.WithExamples($"octologin issuer {verb} https://token.actions.githubusercontent.com");
    }

    private static Command RevokeVerb(VerbContext context)
    {
        var url = UrlArgument();
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke-tokens", "End every access token that tokens of an issuer were exchanged for. New logins go on; disable ends those.") { url, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var issuer = await services.Get<Issuers>().FindAsync(parsed.GetRequiredValue(url), cancel);
            var revoked = await services.Get<AccessTokenRevocation>().OfIssuerAsync(issuer.Issuer, issuer.Id, VerbServices.Actor, cancel);
            return RevokedTokensTold.Tell(context.Terminal, revoked, $"issuer {issuer.Issuer}", parsed.GetValue(json));
        });
        return revoke.WithExamples("octologin issuer revoke-tokens https://gitlab.example.com");
    }

    private static int Tell(Terminal terminal, IssuerResource issuer, bool json)
    {
        if (json)
        {
            terminal.Json(issuer);
        }
        else
        {
            terminal.Say($"Issuer {issuer.Issuer} is {(issuer.IsDisabled ? "disabled" : "enabled")}; its keys are {KeysOf(issuer)}; {issuer.OidcIdentities} OIDC {(issuer.OidcIdentities == 1 ? "identity trusts" : "identities trust")} it.");
            foreach (var key in issuer.Keys?.Keys ?? [])
            {
                terminal.Say($"{(key.Fault is null ? "ok  " : "FAIL")}  key  {(key.KeyId is null ? "(no kid)" : Printable.Of(key.KeyId, 100))}  {key.Fault ?? key.KeyType}");
            }
        }
        if (issuer.Keys is not { Count: 0, LastError: { } error })
        {
            return 0;
        }
        terminal.Error.WriteLine($"The keys of {issuer.Issuer} were forgotten and cannot be fetched now: {error}. No login with its tokens works until they can.");
        return Verbs.Failed;
    }
}
