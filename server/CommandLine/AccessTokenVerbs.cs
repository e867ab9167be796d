using System.CommandLine;
using OctoLogin.TokenExchange;

namespace OctoLogin.CommandLine;

public static class AccessTokenVerbs
{
    public static Command Create(VerbContext context)
    {
        var id = new Argument<string>("ID") { Description = "The token's id (its 'jti'), which the audit has as access_token_id; never the token itself." };
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke", "End one access token. All of them at once: revoke-tokens of service-account, identity and issuer.") { id, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var revoked = await services.Get<AccessTokenById>().RevokeAsync(parsed.GetRequiredValue(id), VerbServices.Actor, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(revoked);
            }
            else
            {
                context.Terminal.Say($"Access token {revoked.Id} {(revoked.RevokedNow ? "was revoked" : "had been revoked before")}.");
            }
            return 0;
        });
        return new Command("access-token", "What workflows were given for their tokens.") { revoke.WithExamples("octologin access-token revoke 0f8fad5bd9cb469fa16570867728950e") };
    }
}
