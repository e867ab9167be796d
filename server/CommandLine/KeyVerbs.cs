using System.CommandLine;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.CommandLine;

/// <summary>Signing keys: what they do now, changing them before their time, and the key set for those who cannot fetch it.</summary>
public static class KeyVerbs
{
    private const string Everything = "all";

    private sealed record SigningKeyResource(
        string Kid, string Use, string Algorithm, string State, DateTimeOffset Created, DateTimeOffset ActiveFrom, DateTimeOffset? PublishedUntil, DateTimeOffset? RevokedAt);

    public static Command Create(VerbContext context) => new Command("keys", "The keys that this server signs its tokens with.")
    {
        ListVerb(context), RotateVerb(context), RevokeVerb(context), ExportVerb(context),
    };

    private static Command ListVerb(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var list = new Command("list", "List the signing keys, the newest first.") { json };
        context.OnDatabase(list, async (parsed, services, cancel) =>
        {
            var keys = await ListAsync(services, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(ResourceCollection<SigningKeyResource>.Of(Page.All, keys.Count, keys) with { ItemType = "SigningKey" });
            }
            else
            {
                context.Terminal.Table(["KID", "USE", "ALGORITHM", "STATE", "SIGNS FROM", "PUBLISHED UNTIL"],
                    keys.Select(key => new[] { key.Kid, key.Use, key.Algorithm, key.State, $"{key.ActiveFrom:u}", key.PublishedUntil is { } until ? $"{until:u}" : "" }));
            }
            return 0;
        });
        return list;
    }

    private static Command RotateVerb(VerbContext context)
    {
        var use = UseOption("Which keys");
        var now = new Option<bool>("--now") { Description = "Sign with the new key at once. Relying parties that remember our keys may refuse its tokens until they ask again." };
        var json = VerbContext.JsonOption();
        var rotate = new Command("rotate", "Make a new signing key: published now, used after 24 hours, when everybody knows it. The server does this by itself every 90 days.") { use, now, json };
        context.OnDatabase(rotate, async (parsed, services, cancel) =>
        {
            var before = await services.Get<SigningKeyStore>().ListAsync(cancel);
            var kids = new List<string>();
            foreach (var each in Chosen(parsed.GetValue(use)!))
            {
                var key = await services.Get<SigningKeyRotation>().RotateAsync(each, parsed.GetValue(now), VerbServices.Actor, cancel);
                kids.Add(key.Kid);
                if (!parsed.GetValue(json))
                {
                    // As they come: the next may be refused.
                    context.Terminal.Say(before.Any(known => known.Kid == key.Kid)
                        ? $"Signing key {key.Kid} of {each} is published already and signs from {key.ActiveFrom:u}; no other was made. To sign with a new one at once: octologin keys rotate --use {each} --now"
                        : $"Signing key {key.Kid} of {each} was made and signs from {key.ActiveFrom:u}.");
                }
            }
            if (parsed.GetValue(json))
            {
                var made = (await ListAsync(services, cancel)).Where(key => kids.Contains(key.Kid)).ToList();
                context.Terminal.Json(ResourceCollection<SigningKeyResource>.Of(Page.All, made.Count, made) with { ItemType = "SigningKey" });
            }
            return 0;
        });
        return rotate.WithExamples("octologin keys rotate\noctologin keys rotate --use id-tokens --now");
    }

    private static Command RevokeVerb(VerbContext context)
    {
        var kid = new Argument<string>("KID") { Description = "The key's name, from keys list." };
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke", "Take a signing key out of use at once: every token that it signed stops working here, and elsewhere as soon as our keys are read again. A new key takes over if it was the one in use.") { kid, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var name = parsed.GetRequiredValue(kid);
            if (!await services.Get<SigningKeyRotation>().RevokeAsync(name, VerbServices.Actor, cancel))
            {
                throw ApiException.BadRequest($"There is no signing key '{Printable.Of(name, 100)}' that is not revoked yet. See: octologin keys list");
            }
            if (parsed.GetValue(json))
            {
                context.Terminal.Json((await ListAsync(services, cancel)).Single(key => key.Kid == name));
                return 0;
            }
            context.Terminal.Say($"Signing key {name} was revoked; the tokens that it signed no longer work.");
            return 0;
        });
        return revoke.WithExamples("octologin keys revoke tEcAXy9lR8eF_VM4lSlYsVwXyKbMh2Bt5b3qNPmJ9cU");
    }

    private static Command ExportVerb(VerbContext context)
    {
        var use = UseOption("Keys of which use", SigningKeyUse.IdTokens.Name);
        var export = new Command("export-jwks", "Print the public keys as a JWKS document, for a cloud or a cluster that cannot fetch them from this server. It must be exported again after each rotation, within the 24 hours before the next key signs.") { use };
        context.OnDatabase(export, async (parsed, services, cancel) =>
        {
            var keys = new SigningKeySet(await services.Get<SigningKeyStore>().ListAsync(cancel), services.Get<TimeProvider>().GetUtcNow());
            var chosen = Chosen(parsed.GetValue(use)!).ToList();
            context.Terminal.Json(JsonDocument.Parse(SigningKeyRing.JwksOf(keys.Published.Where(key => chosen.Contains(key.Use)))).RootElement);
            return 0;
        });
        return export.WithExamples(
            """
            octologin keys export-jwks > jwks.json
            gcloud iam workload-identity-pools providers update-oidc octologin --location=global --workload-identity-pool=deployments --jwk-json-path=jwks.json
            """);
    }

    private static Option<string> UseOption(string question, string otherwise = Everything)
    {
        string[] words = [.. SigningKeyUse.All.Select(each => each.Name), Everything];
        var option = new Option<string>("--use") { Description = $"{question}: {string.Join(", ", words)}.", HelpName = "USE", DefaultValueFactory = _ => otherwise };
        return option.AcceptOnlyFromAmong(words);
    }

    private static IEnumerable<SigningKeyUse> Chosen(string word) => SigningKeyUse.All.Where(use => word == Everything || word == use.Name);

    private static async Task<List<SigningKeyResource>> ListAsync(VerbServices services, CancellationToken cancel)
    {
        var now = services.Get<TimeProvider>().GetUtcNow();
        var rows = await services.Get<SigningKeyStore>().ListAsync(cancel);
        var keys = new SigningKeySet(rows, now);
        return [.. rows.Select(key => new SigningKeyResource(key.Kid, key.Use.Name, key.Algorithm, keys.StateOf(key).ToString().ToLowerInvariant(),
            key.CreatedAt, key.ActiveFrom, key.PublishedUntil, key.RevokedAt))];
    }
}
