using System.CommandLine;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.CommandLine;

/// <summary>Signing keys: what they do now, and changing them before their time.</summary>
public static class KeyVerbs
{
    private sealed record SigningKeyResource(
        string Kid, string Algorithm, string State, DateTimeOffset Created, DateTimeOffset ActiveFrom, DateTimeOffset? PublishedUntil, DateTimeOffset? RevokedAt);

    public static Command Create(VerbContext context) =>
        new Command("keys", "The keys that this server signs its tokens with.") { ListVerb(context), RotateVerb(context), RevokeVerb(context) };

    private static Command ListVerb(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var list = new Command("list", "List the signing keys, the newest first.") { json };
        context.OnDatabase(list, async (parsed, services, cancel) =>
        {
            var keys = Describe(await services.Get<SigningKeyStore>().ListAsync(cancel), services.Get<TimeProvider>().GetUtcNow());
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(ResourceCollection<SigningKeyResource>.Of(Page.All, keys.Count, keys) with { ItemType = "SigningKey" });
            }
            else
            {
                context.Terminal.Table(["KID", "STATE", "SIGNS FROM", "PUBLISHED UNTIL"],
                    keys.Select(key => new[] { key.Kid, key.State, $"{key.ActiveFrom:u}", key.PublishedUntil is { } until ? $"{until:u}" : "" }));
            }
            return 0;
        });
        return list;
    }

    private static Command RotateVerb(VerbContext context)
    {
        var now = new Option<bool>("--now") { Description = "Sign with the new key at once. Relying parties that remember our keys may refuse its tokens until they ask again." };
        var json = VerbContext.JsonOption();
        var rotate = new Command("rotate", "Make a new signing key: published now, used after 24 hours, when everybody knows it. The server does this by itself every 90 days.") { now, json };
        context.OnDatabase(rotate, async (parsed, services, cancel) =>
        {
            var before = await services.Get<SigningKeyStore>().ListAsync(cancel);
            var key = await services.Get<SigningKeyRotation>().RotateAsync(parsed.GetValue(now), VerbServices.Actor, cancel);
            var waits = before.Any(each => each.Kid == key.Kid);
            return Tell(context.Terminal, key,
                waits ? $"Signing key {key.Kid} is published already and signs from {key.ActiveFrom:u}; no other was made. To sign with a new one at once: octologin keys rotate --now"
                    : $"Signing key {key.Kid} was made and signs from {key.ActiveFrom:u}.",
                parsed.GetValue(json), services);
        });
        return rotate.WithExamples("octologin keys rotate\noctologin keys rotate --now");
    }

    private static Command RevokeVerb(VerbContext context)
    {
        var kid = new Argument<string>("KID") { Description = "The key's name, from keys list." };
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke", "Take a signing key out of use at once: every token that it signed stops working. A new key takes over if it was the one in use.") { kid, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var name = parsed.GetRequiredValue(kid);
            if (!await services.Get<SigningKeyRotation>().RevokeAsync(name, VerbServices.Actor, cancel))
            {
                throw ApiException.BadRequest($"There is no signing key '{Printable.Of(name, 100)}' that is not revoked yet. See: octologin keys list");
            }
            var key = (await services.Get<SigningKeyStore>().ListAsync(cancel)).Single(each => each.Kid == name);
            return Tell(context.Terminal, key, $"Signing key {name} was revoked; the tokens that it signed no longer work.", parsed.GetValue(json), services);
        });
        return revoke.WithExamples("octologin keys revoke tEcAXy9lR8eF_VM4lSlYsVwXyKbMh2Bt5b3qNPmJ9cU");
    }

    private static int Tell(Terminal terminal, SigningKey key, string sentence, bool json, VerbServices services)
    {
        if (json)
        {
            terminal.Json(Describe([key], services.Get<TimeProvider>().GetUtcNow())[0]);
        }
        else
        {
            terminal.Say(sentence);
        }
        return 0;
    }

    private static List<SigningKeyResource> Describe(IReadOnlyList<SigningKey> keys, DateTimeOffset now)
    {
        var signing = keys.FirstOrDefault(key => key.ActiveFrom <= now && key.IsPublished(now) && key.PrivateKey.Length > 0);
        return [.. keys.Select(key => new SigningKeyResource(key.Kid, key.Algorithm,
            key.RevokedAt is not null ? "revoked" : !key.IsPublished(now) ? "retired" : key.Kid == signing?.Kid ? "signing" : key.WillSign(now) ? "next" : "published",
            key.CreatedAt, key.ActiveFrom, key.PublishedUntil, key.RevokedAt))];
    }
}
