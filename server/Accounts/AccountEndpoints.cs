using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Tenants;

namespace OctoLogin.Accounts;

public static class AccountEndpoints
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<AccountStore>().AddSingleton<AccountUsers>().AddSingleton<AccountSecrets>().AddSingleton<AccountChanges>().AddSingleton<IdTokenIssuer>();

    public static void MapAccounts(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("accounts", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapGet("/{id}/usages", Usages).WithSummary("Get what uses an account");
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    });

    /// <summary>The account that a path names, if the caller may see it.</summary>
    public static async Task<Account> SeenAsync(string id, SpaceContext space, Caller caller, AccountStore accounts, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.AccountView, space.Id);
        return await accounts.FindAsync(space.Id, id, cancel) is { } account && Sees(caller, account)
            ? account
            : throw ApiException.NotFound("account", id);
    }

    /// <summary>An account is seen by who sees accounts in one of its environments, for one of its tenants.</summary>
    public static bool Sees(Caller caller, Account account) => Targets(account).Any(target => caller.May(Permission.AccountView, target));

    internal static async Task<ResourceCollection<AccountResource>> List(
        Page page, AccountQuery query, SpaceContext space, Caller caller, AccountStore accounts, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.AccountView, space.Id);
        if (caller.May(Permission.AccountView, AccessTarget.Space(space.Id)))
        {
            var slice = await accounts.ListAsync(space.Id, query, page, cancel);
            return ResourceCollection<AccountResource>.Of(page, slice.Total, [.. slice.Items.Select(AccountResource.Of)]);
        }
        // Limits by environment and by tenant together are not for SQL; whoever has them sees few.
        var all = await accounts.ListAsync(space.Id, query, page with { Skip = 0, Take = int.MaxValue }, cancel);
        return ResourceCollection<AccountResource>.OfAll(page, [.. all.Items.Where(account => Sees(caller, account)).Select(AccountResource.Of)]);
    }

    private static async Task<IReadOnlyList<AccountResource>> All(SpaceContext space, Caller caller, AccountStore accounts, CancellationToken cancel) =>
        (await List(Page.All, new AccountQuery(), space, caller, accounts, cancel)).Items;

    private static async Task<AccountResource> Get(string id, SpaceContext space, Caller caller, AccountStore accounts, CancellationToken cancel) =>
        AccountResource.Of(await SeenAsync(id, space, caller, accounts, cancel));

    /// <summary>Those of the users that the caller may see.</summary>
    internal static async Task<AccountUsage> Usages(string id, SpaceContext space, Caller caller, AccountStore accounts, AccountUsers users, CancellationToken cancel)
    {
        var account = await SeenAsync(id, space, caller, accounts, cancel);
        var all = await users.FindAsync(account, cancel);
        return AccountUsage.Of([.. all.Where(user => user.ProjectGroupId is null
            ? user.Participation.Targets(space.Id, user.EnvironmentIds, user.TenantIds, user.Tags).Any(target => caller.May(Permission.MachineView, target))
            : caller.May(Permission.ProjectView, new(space.Id, user.Id, user.ProjectGroupId)))]);
    }

    private static async Task<IResult> Create(AccountInput input, SpaceContext space, Caller caller, AccountStore accounts, AccountChanges changes, CancellationToken cancel)
    {
        var created = await CreateAsync(input, space, caller, accounts, changes, cancel);
        return Results.Created($"/api/{space.Id}/accounts/{created.Id}", AccountResource.Of(created));
    }

    internal static async Task<Account> CreateAsync(AccountInput input, SpaceContext space, Caller caller, AccountStore accounts, AccountChanges changes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.AccountCreate, space.Id);
        var account = await changes.CheckAsync(input, null, await accounts.NextIdAsync(cancel), space, caller, cancel);
        DemandEverywhere(caller, Permission.AccountCreate, account);
        return await changes.CreateAsync(account, caller.Actor, cancel);
    }

    internal static async Task<AccountResource> Update(
        string id, AccountInput input, SpaceContext space, Caller caller, AccountStore accounts, AccountChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, accounts, cancel);
        DemandEverywhere(caller, Permission.AccountEdit, present);
        var account = await changes.CheckAsync(input, present, present.Id, space, caller, cancel);
        // Also where it goes: else a role for one environment could make its account usable in another.
        DemandEverywhere(caller, Permission.AccountEdit, account);
        return AccountResource.Of(await changes.UpdateAsync(account, caller.Actor, cancel));
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, AccountStore accounts, AccountChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, accounts, cancel);
        DemandEverywhere(caller, Permission.AccountDelete, present);
        await changes.DeleteAsync(present, caller.Actor, cancel);
        return Results.Ok();
    }

    private static IEnumerable<AccessTarget> Targets(Account account) =>
        account.TenantedDeploymentParticipation.Targets(account.SpaceId, account.EnvironmentIds, account.TenantIds, account.TenantTags);

    /// <summary>It is changed by who may do so in all of its environments, for all of its tenants.</summary>
    public static void DemandEverywhere(Caller caller, Permission permission, Account account)
    {
        foreach (var target in Targets(account))
        {
            caller.Demand(permission, target);
        }
    }
}
