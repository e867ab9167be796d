using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Accounts;

/// <summary>Makes, changes and deletes accounts, each with its audit event in the same commit.</summary>
public sealed class AccountChanges(
    NpgsqlDataSource database, AccountStore accounts, AccountUsers users, AccountSecrets secrets, EnvironmentStore environments, TenantStore tenants, TagSetStore sets, AuditLog audit)
{
    private const string Kind = "Account";
    private const int MostIds = 1000;

    /// <param name="present">Null: a new one.</param>
    /// <param name="id">Of a new one; what it keeps secret is sealed for it.</param>
    public async Task<Account> CheckAsync(AccountInput input, Account? present, string id, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var before = present is null ? null : JsonSerializer.Deserialize<AccountInput>(JsonSerializer.Serialize(AccountResource.Of(present), Json.Options), Json.Options);
        var fields = new AccountFields(input, before, validation);
        var type = ReadType(input, present, validation);
        var name = validation.Required("Name", input.Name ?? present?.Name);
        var environmentIds = await KnownAsync("EnvironmentIds", "an environment", fields.Of(sent => sent.EnvironmentIds), present?.EnvironmentIds, validation, async ids =>
            (await environments.ListAsync(space.Id, Page.All with { Ids = ids }, VisibleRows.Everything, cancel)).Items.Select(environment => environment.Id)
                .Where(id => caller.May(Permission.EnvironmentView, new(space.Id, EnvironmentId: id))));
        // Who keeps the accounts of a tenant there may name it, be it that they see no tenants.
        var tenantIds = await KnownAsync("TenantIds", "a tenant", fields.Of(sent => sent.TenantIds), present?.TenantIds, validation, async ids =>
            (await tenants.ListAsync(space.Id, new TenantQuery(), Page.All with { Ids = ids }, VisibleRows.Everything, cancel)).Items
                .Where(tenant => caller.May(Permission.TenantView, TenantEndpoints.Target(tenant))
                    || TenantedDeploymentMode.Tenanted.Targets(space.Id, environmentIds, [tenant.Id], []).Any(target => caller.May(Permission.AccountView, target)))
                .Select(tenant => tenant.Id));
        var tags = await sets.CheckTagsAsync(space.Id, "TenantTags", fields.Of(sent => sent.TenantTags) ?? [], validation, cancel);
        var mode = validation.OneOf<TenantedDeploymentMode>("TenantedDeploymentParticipation", input.TenantedDeploymentParticipation);
        var account = new Account
        {
            Id = id,
            SpaceId = space.Id,
            Name = name,
            Slug = validation.Slug(input.Slug, present?.Slug ?? "", name),
            Description = validation.OptionalText("Description", fields.Of(sent => sent.Description)),
            AccountType = type ?? AccountType.GenericOidcAccount,
            EnvironmentIds = environmentIds,
            TenantIds = tenantIds,
            TenantTags = tags,
            TenantedDeploymentParticipation = mode ?? present?.TenantedDeploymentParticipation
                ?? (tenantIds.Length + tags.Length > 0 ? TenantedDeploymentMode.Tenanted : TenantedDeploymentMode.Untenanted),
        };
        account = type is null ? account : WithDetails(account, fields, present, space.Space);
        validation.ThrowIfAny();
        return account;
    }

    public Task<Account> CreateAsync(Account account, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var created = await accounts.InsertAsync(connection, account, cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Created(actor, Kind, created.Id, created.Name, created.SpaceId), created), cancel);
        return created;
    }, cancel);

    public Task<Account> UpdateAsync(Account account, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await accounts.UpdateAsync(connection, account, cancel) ?? throw ApiException.NotFound("account", account.Id);
        await audit.AppendAsync(connection, Describe(AuditEvent.Modified(actor, Kind, changed.Id, changed.Name, changed.SpaceId), changed), cancel);
        return changed;
    }, cancel);

    public async Task DeleteAsync(Account account, AuditActor actor, CancellationToken cancel)
    {
        var inUse = await users.FindAsync(account, cancel);
        if (inUse.Count > 0)
        {
            var named = string.Join(", ", inUse.Take(5)) + (inUse.Count > 5 ? $" and {inUse.Count - 5} more" : "");
            throw ApiException.Conflict($"Account '{account.Name}' is in use by {named}. Take it from these first.");
        }
        await database.InTransactionAsync(async connection =>
        {
            if (!await accounts.DeleteAsync(connection, account, cancel))
            {
                throw ApiException.NotFound("account", account.Id);
            }
            await audit.AppendAsync(connection, AuditEvent.Deleted(actor, Kind, account.Id, account.Name, account.SpaceId), cancel);
        }, cancel);
    }

    private static AccountType? ReadType(AccountInput input, Account? present, Validation validation)
    {
        var type = validation.OneOf<AccountType>("AccountType", input.AccountType);
        validation.Check(present is not null || input.IsWhole, $"AccountType is required: {string.Join(", ", Enum.GetNames<AccountType>())}.");
        validation.Check(present is null || type is null || type == present.AccountType,
            $"AccountType is {present?.AccountType} and stays so: what uses the account expects it. Make another account of the type {type}.");
        return present?.AccountType ?? type;
    }

    private Account WithDetails(Account account, AccountFields fields, Account? present, Space space)
    {
        AccountDetails details = SecretRules.SecretsOf(account.AccountType).Count > 0
            ? SecretRules.Read(account.AccountType, fields, (present?.Details as SecretDetails)?.Sealed ?? new Dictionary<string, byte[]>(), (name, value) => secrets.Seal(account.Id, name, value))
            : OidcRules.Read(account.AccountType, fields);
        var (text, sealedText) = AccountDetails.Write(details);
        var whole = account with { DetailsJson = text, SecretsJson = sealedText };
        CheckSubjects(whole, space, fields.Validation);
        return whole;
    }

    /// <summary>As far as it is known now: project, environment and the like come with an execution, and make a subject only longer.</summary>
    private static void CheckSubjects(Account account, Space space, Validation validation)
    {
        if (account.Details is not OidcDetails)
        {
            return;
        }
        foreach (var use in (ReadOnlySpan<SubjectUse>)[SubjectUse.Deployment, SubjectUse.HealthCheck, SubjectUse.AccountTest])
        {
            var subject = IdTokenIssuer.SubjectOf(account, use, new SubjectParts { Space = space.Slug });
            validation.Check(subject.Text.Length <= DeploymentSubject.MostBytes, subject.Fault ?? "");
        }
    }

    /// <summary>What limits it already stays, also what the caller may not see; what is new must be there for them.</summary>
    /// <param name="find">Those of the Ids that there are for the caller.</param>
    private static async Task<string[]> KnownAsync(
        string property, string kind, string?[]? sent, string[]? present, Validation validation, Func<string[], Task<IEnumerable<string>>> find)
    {
        validation.Check(sent is null or { Length: <= MostIds }, $"{property} may have at most {MostIds} entries, not {sent?.Length}.");
        string[] ids = [.. (sent ?? []).Take(MostIds).Select(id => id ?? "").Distinct()];
        string[] added = [.. ids.Except(present ?? [])];
        foreach (var unknown in added.Length == 0 ? [] : added.Except(await find(added)))
        {
            validation.Check(false, $"{property} names '{Printable.Of(unknown)}', which is not {kind} of this space.");
        }
        return ids;
    }

    private static AuditEvent Describe(AuditEvent happened, Account account) => happened with
    {
        RelatedDocumentIds = [account.Id, .. account.EnvironmentIds.Take(100), .. account.TenantIds.Take(100)],
        // Of a secret, whether there is one.
        Details = AuditDetails.Of(AccountResource.Of(account)),
    };
}
