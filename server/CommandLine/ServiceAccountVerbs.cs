using System.CommandLine;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;
using OctoLogin.Users;

namespace OctoLogin.CommandLine;

public static class ServiceAccountVerbs
{
    /// <summary>The API's user, with the GUID that workflows name.</summary>
    private sealed record ServiceAccountResource(string Id, string Username, string DisplayName, bool IsActive, string ExternalId)
    {
        public static ServiceAccountResource Of(User user) => new(user.Id, user.Username, user.DisplayName, user.IsActive, user.ExternalId!.Value.ToString("D"));
    }

    public static Command Create(VerbContext context) =>
        new Command("service-account", "Service accounts: who a workflow is once it has logged in.")
        {
            MakeVerb(context), ListVerb(context), ActivityVerb(context, "disable", false), ActivityVerb(context, "enable", true), RevokeVerb(context),
        };

    /// <summary>As a person types it: user name, Id or GUID.</summary>
    public static Argument<string> AccountArgument() => new("ACCOUNT") { Description = "The service account's user name, Id (Users-21) or GUID." };

    public static async Task<ServiceAccount> FindAsync(VerbServices services, string account, CancellationToken cancel) =>
        await services.Get<ServiceAccountStore>().FindAsync(account, cancel)
        ?? throw ApiException.BadRequest($"There is no service account '{Printable.Of(account)}'. See: octologin service-account list");

    private static Command MakeVerb(VerbContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The user name of the new service account." };
        var displayName = new Option<string?>("--display-name") { Description = "What people see; the user name unless told.", HelpName = "TEXT" };
        var json = VerbContext.JsonOption();
        var role = new RoleOptionSet();
        var create = new Command("create", "Make a service account, and give it a role.") { name, displayName, json };
        role.AddTo(create);
        context.OnDatabase(create, role.Check, async (parsed, _, services, cancel) =>
        {
            var given = await role.ReadAsync(parsed, services, cancel);
            var input = new UserInput(parsed.GetRequiredValue(name), parsed.GetValue(displayName), null, true, true, null);
            var user = await services.Get<UserAccounts>().CreateAsync(input, VerbServices.Actor, cancel);
            if (given is not null)
            {
                await RoleOptionSet.GiveOrUndoAsync(user, given, services, cancel);
            }
            var made = ServiceAccountResource.Of(user);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(made);
            }
            else
            {
                context.Terminal.Say($"Service account {made.Username} ({made.Id}) was made. In a workflow: service_account_id: {made.ExternalId}");
                if (given is null)
                {
                    context.Terminal.Say("It has no role yet, so it can log in and see nothing: put it into a team that has one.");
                }
                context.Terminal.Say($"Next, say who may be it: octologin identity add {made.Username} --github OWNER/REPO --branch main");
            }
            return 0;
        });
        return create.WithExamples("octologin service-account create ci --role 'Build server' --space Default\noctologin service-account create ci --json | jq -r .ExternalId");
    }

    private static Command ListVerb(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var list = new Command("list", "List the service accounts.") { json };
        context.OnDatabase(list, async (parsed, services, cancel) =>
        {
            var slice = await services.Get<UserStore>().ListAsync(Page.All, isService: true, cancel);
            var accounts = slice.Items.Select(ServiceAccountResource.Of).ToList();
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(ResourceCollection<ServiceAccountResource>.Of(Page.All, slice.Total, accounts) with { ItemType = "ServiceAccount" });
            }
            else
            {
                context.Terminal.Table(["ID", "USERNAME", "STATE", "GUID"],
                    accounts.Select(account => new[] { account.Id, account.Username, account.IsActive ? "active" : "disabled", account.ExternalId }));
            }
            return 0;
        });
        return list;
    }

    private static Command ActivityVerb(VerbContext context, string verb, bool active)
    {
        var account = AccountArgument();
        var json = VerbContext.JsonOption();
        var command = new Command(verb, active ? "Let a disabled service account log in again." : "Stop a service account: no logins, and the tokens it has stop working at once.")
        {
            account, json,
        };
        context.OnDatabase(command, async (parsed, services, cancel) =>
        {
            var found = await FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var user = (await services.Get<UserStore>().FindAsync(found.Id, cancel))!;
            // Nothing to do is no change in the audit.
            var changed = user.IsActive == active ? user
                : await services.Get<UserAccounts>().UpdateAsync(user, new UserInput(null, null, null, active, null, null), VerbServices.Actor, cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(ServiceAccountResource.Of(changed));
            }
            else
            {
                context.Terminal.Say($"Service account {changed.Username} ({changed.Id}) is {(changed.IsActive ? "active" : "disabled")}.");
            }
            return 0;
        });
        return command.WithExamples($"octologin service-account {verb} ci");
    }

    private static Command RevokeVerb(VerbContext context)
    {
        var account = AccountArgument();
        var json = VerbContext.JsonOption();
        var revoke = new Command("revoke-tokens", "End every access token of a service account. New logins go on; disable ends those.") { account, json };
        context.OnDatabase(revoke, async (parsed, services, cancel) =>
        {
            var found = await FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var revoked = await services.Get<AccessTokenRevocation>().OfAccountAsync(found, VerbServices.Actor, cancel);
            return RevokedTokensTold.Tell(context.Terminal, revoked, $"service account {found.Username}", parsed.GetValue(json));
        });
        return revoke.WithExamples("octologin service-account revoke-tokens ci");
    }
}
