using System.CommandLine;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

public static class IdentityVerbs
{
    public static Command Create(VerbContext context) =>
        new Command("identity", "OIDC identities: whose tokens let a workflow be a service account.")
        {
            IdentityAddVerb.Create(context), ListVerb(context), RemoveVerb(context), RevokeVerb(context), IdentityTestVerb.Create(context),
        };

    private static Command ListVerb(VerbContext context)
    {
        var account = ServiceAccountVerbs.AccountArgument();
        var json = VerbContext.JsonOption();
        var list = new Command("list", "List a service account's OIDC identities.") { account, json };
        context.OnDatabase(list, async (parsed, services, cancel) =>
        {
            var found = await ServiceAccountVerbs.FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var identities = (await services.Get<OidcIdentityStore>().ListAsync(found.Id, cancel)).Select(OidcIdentityResource.Of).ToList();
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(new OidcIdentityList(services.Get<IssuerOptions>().ServerUri, found.Audience, identities, identities.Count));
            }
            else
            {
                context.Terminal.Table(["ID", "NAME", "ISSUER", "SUBJECT", "AUDIENCE", "CONDITIONS"], identities.Select(identity => new[]
                {
                    identity.Id, identity.Name, identity.Issuer, identity.Subject, identity.Audience ?? found.Audience,
                    string.Join("; ", identity.Conditions.Select(ConditionText.Of)),
                }));
            }
            return 0;
        });
        return list.WithExamples("octologin identity list ci");
    }

    private static Command RemoveVerb(VerbContext context)
    {
        var account = ServiceAccountVerbs.AccountArgument();
        var which = IdentityArgument();
        var json = VerbContext.JsonOption();
        var remove = new Command("remove", "Remove an OIDC identity; the tokens that it gave stop working at once.") { account, which, json };
        context.OnDatabase(remove, async (parsed, services, cancel) =>
        {
            var found = await ServiceAccountVerbs.FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var identity = await FindAsync(services, found, parsed.GetRequiredValue(which), cancel);
            await services.Get<OidcIdentities>().DeleteAsync(found, identity.Id, VerbServices.Actor, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(OidcIdentityResource.Of(identity));
            }
            else
            {
                context.Terminal.Say($"OIDC identity {identity.Name} ({identity.Id}) of {found.Username} was removed.");
            }
            return 0;
        });
        return remove.WithExamples("octologin identity remove ci main");
    }

    private static Command RevokeVerb(VerbContext context)
    {
        var account = ServiceAccountVerbs.AccountArgument();
        var which = IdentityArgument();
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke-tokens", "End every access token that an OIDC identity gave. New logins go on; remove ends those.") { account, which, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var found = await ServiceAccountVerbs.FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var identity = await FindAsync(services, found, parsed.GetRequiredValue(which), cancel);
            var revoked = await services.Get<AccessTokenRevocation>().OfIdentityAsync(found, identity.Id, VerbServices.Actor, cancel);
            return RevokedTokensTold.Tell(context.Terminal, revoked, $"OIDC identity {identity.Name} of {found.Username}", parsed.GetValue(json));
        });
        return revoke.WithExamples("octologin identity revoke-tokens ci main");
    }

    private static Argument<string> IdentityArgument() => new("IDENTITY") { Description = "The identity's name or Id." };

    private static async Task<OidcIdentity> FindAsync(VerbServices services, ServiceAccount account, string name, CancellationToken cancel)
    {
        var all = await services.Get<OidcIdentityStore>().ListAsync(account.Id, cancel);
        return all.FirstOrDefault(each => each.Id == name) ?? all.FirstOrDefault(each => string.Equals(each.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw ApiException.BadRequest($"{account.Username} has no OIDC identity '{Printable.Of(name)}'. See: octologin identity list {account.Username}");
    }
}
