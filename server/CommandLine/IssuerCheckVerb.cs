using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.TokenExchange;

namespace OctoLogin.CommandLine;

/// <summary>Reads an issuer as the exchange does, by the same classes and so with the same limits and the same filter on addresses.</summary>
public static class IssuerCheckVerb
{
    private sealed record CheckedKey(string? KeyId, string KeyType, bool Usable, IReadOnlyList<string> Algorithms, string? Fault);

    private sealed record CheckedIssuer(string Issuer, bool Usable, string DiscoveryUri, string? JwksUri, string? Fault, IReadOnlyList<CheckedKey> Keys);

    public static Command Create(VerbContext context)
    {
        var url = IssuerVerbs.UrlArgument();
        url.Arity = ArgumentArity.ZeroOrOne;
        var self = new Option<bool>("--self") { Description = "Read this server's own issuer at ServerUri instead, and say what clouds would find there." };
        var authority = new Option<string?>("--ca") { Description = "Trust only the CA certificates in this PEM file, as with issuer set --ca.", HelpName = "FILE" };
        var json = VerbContext.JsonOption();
        var check = new Command("check", "Read an issuer's discovery document and keys as a login would, and say what is wrong with them.") { url, self, authority, json };
        check.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(self) == (parsed.GetValue(url) is not null))
            {
                throw new UsageException("Give either the URL of an issuer or --self.");
            }
            var roots = parsed.GetValue(authority) is { } file ? Authority(IssuerVerbs.ReadFile("--ca", file)) : null;
            var builder = Settings.CreateBuilder([.. context.Settings]);
            var settings = Settings.Read(builder.Configuration, builder.Environment);
            if (parsed.GetValue(self))
            {
                return await OwnIssuerCheckVerb.RunAsync(context, settings.Issuer, roots, parsed.GetValue(json), cancel);
            }
            using var documents = new IssuerDocuments(new IssuerNetwork(settings.TokenExchange), settings.TokenExchange.LoopbackHttpAllowed);
            var result = await ReadAsync(parsed.GetRequiredValue(url), roots, documents, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(result);
            }
            else
            {
                Tell(context.Terminal, result);
            }
            if (result.Fault is not null)
            {
                context.Terminal.Error.WriteLine($"Tokens of {Printable.Of(result.Issuer)} cannot be checked: {result.Fault}.");
            }
            return result.Usable ? 0 : Verbs.Failed;
        });
        return check.WithExamples(
            """
            octologin issuer check https://token.actions.githubusercontent.com
            octologin issuer check https://github.example.com/_services/token --Issuers:AllowPrivateNetwork:0=github.example.com
            octologin issuer check --self --ServerUri=https://octologin.example.com
            """);
    }

    private static X509Certificate2Collection Authority(string pem)
    {
        if (IssuerRules.AuthorityFault(pem, TimeProvider.System.GetUtcNow()) is { } fault)
        {
            throw new UsageException($"--ca: {fault}");
        }
        return IssuerSettings.ReadAuthority(pem);
    }

    private static async Task<CheckedIssuer> ReadAsync(string issuer, X509Certificate2Collection? roots, IssuerDocuments documents, CancellationToken cancel)
    {
        var discovery = $"{issuer.TrimEnd('/')}/.well-known/openid-configuration";
        try
        {
            var read = await documents.ReadAsync(issuer, roots, cancel);
            var keys = read.Keys.Select(key => Describe(key, read.Keys)).ToList();
            return keys.Any(key => key.Usable)
                ? new(issuer, true, discovery, read.JwksUri, null, keys)
                : new(issuer, false, discovery, read.JwksUri, $"none of the {keys.Count} keys that it publishes can be used", keys);
        }
        catch (IssuerUnreachableException unreachable)
        {
            return new(issuer, false, discovery, null, unreachable.Message, []);
        }
    }

    private static CheckedKey Describe(VerificationKey key, IReadOnlyList<VerificationKey> all)
    {
        var algorithms = JwsAlgorithm.All.Where(algorithm => key.Misfit(algorithm) is null).Select(algorithm => algorithm.Name).ToList();
        var fault = key.Fault
            ?? (key.KeyId is not null && all.Count(each => each.KeyId == key.KeyId) > 1 ? "another key has the same 'kid'" : null)
            ?? (algorithms.Count == 0 ? "its 'alg' is none that is accepted" : null);
        return new(key.KeyId, key.KeyType, fault is null, algorithms, fault);
    }

    private static void Tell(Terminal terminal, CheckedIssuer result)
    {
        // A fault names its document; without keys it was one of the two.
        if (result.JwksUri is null)
        {
            return;
        }
        terminal.Say($"ok    discovery  {Printable.Of(result.DiscoveryUri)}");
        terminal.Say($"ok    keys       {Printable.Of(result.JwksUri)}");
        foreach (var key in result.Keys)
        {
            var name = key.KeyId is null ? "(no kid)" : Printable.Of(key.KeyId, 100);
            terminal.Say(key.Usable ? $"ok    key        {name}  {key.KeyType} {string.Join(' ', key.Algorithms)}" : $"FAIL  key        {name}  {key.Fault}");
        }
    }
}
