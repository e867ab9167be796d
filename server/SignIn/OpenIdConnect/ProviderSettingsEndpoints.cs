using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Whoever sets the provider can have anybody signed in as anybody: administrators alone, also to see it.</summary>
public static class ProviderSettingsEndpoints
{
    public static void MapProviderSettings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup($"/api/configuration/{ProviderSettings.Id}").WithTags("configuration");
        group.MapGet("/values", Get).WithSummary("Get the settings of the identity provider that people sign in with");
        group.MapPut("/values", Save).WithSummary("Change the settings of the identity provider");
        group.MapPost("/test", Test).WithSummary("Read the provider's documents now, and say what is wrong with them");
    }

    internal static async Task<ProviderSettingsResource> Get(Caller caller, ProviderSettingsStore store, ProviderUris uris, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return ProviderSettingsResource.Of(await store.GetAsync(cancel), uris);
    }

    internal static async Task<ProviderSettingsResource> Save(
        ProviderSettingsInput input, Caller caller, ProviderSettingsStore store, ProviderSecret secrets, ProviderOptions options, ProviderUris uris, AuditLog audit, NpgsqlDataSource database, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var saved = await database.InTransactionAsync(async connection =>
        {
            var present = await store.LockAsync(connection, cancel);
            var changed = await store.SaveAsync(connection, input.ApplyTo(present, secrets, options.LoopbackHttpAllowed), cancel);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, "Setting", ProviderSettings.Id, "OpenID Connect") with { Details = Changes(present, changed) }, cancel);
            return changed;
        }, cancel);
        return ProviderSettingsResource.Of(saved, uris);
    }

    internal static async Task<ProviderTest> Test(Caller caller, ProviderSettingsStore store, ProviderDocuments documents, CancellationToken cancel)
    {
        caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        return await documents.TestAsync(await store.GetAsync(cancel), cancel);
    }

    private static string Changes(ProviderSettings present, ProviderSettings changed) => AuditDetails.Of(new
    {
        changed.IsEnabled, changed.Issuer, changed.ClientId, changed.Scopes, changed.RoleClaimType, changed.UsernameClaimType, changed.Resource, changed.DisplayName,
        changed.AllowAutoUserCreation, changed.TrustUnverifiedEmail, changed.AutoLogin,
        ClientSecret = changed.ClientSecret is null ? "none" : present.ClientSecret is not null && changed.ClientSecret.AsSpan().SequenceEqual(present.ClientSecret) ? "kept" : "set",
    });
}
