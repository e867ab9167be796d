using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTokens;

public static class AccountTokenEndpoints
{
    public static IServiceCollection AddAccountTokens(this IServiceCollection services) => services
        .AddSingleton<SubjectPlaces>().AddSingleton<SubjectPreviews>().AddSingleton<CreateAccountToken>();

    public static void MapAccountTokens(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("accounts", group =>
    {
        group.MapGet("/{id}/subject-preview", Preview).WithSummary("Show the subject that an account's ID token would have, and the trust policy for it");
        group.MapPost("/subject-preview", PreviewUnsaved).WithSummary("Show the same of an account that is not saved");
        group.MapPost("/{id}/token", CreateToken).WithSummary("Take an ID token of an account for a project in an environment");
    });

    /// <param name="use">Deployment (unless told), Runbook, HealthCheck or AccountTest.</param>
    /// <param name="project">An Id, a name or a slug, as the others.</param>
    /// <param name="target">An Id or a slug.</param>
    private static async Task<SubjectPreview> Preview(
        string id, string? use, string? project, string? environment, string? tenant, string? runbook, string? target,
        SpaceContext space, Caller caller, AccountStore accounts, SubjectPreviews previews, CancellationToken cancel)
    {
        var account = await AccountEndpoints.SeenAsync(id, space, caller, accounts, cancel);
        var question = new SubjectQuestion { Use = use, Project = project, Environment = environment, Tenant = tenant, Runbook = runbook, Target = target };
        return await previews.ShowAsync(account, question, space, caller, cancel);
    }

    private static async Task<SubjectPreview> PreviewUnsaved(
        SubjectQuestion question, SpaceContext space, Caller caller, AccountChanges changes, SubjectPreviews previews, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.AccountCreate, space.Id);
        var input = question.Account ?? throw ApiException.BadRequest("Account is required: the account as it would be sent to be made.");
        var account = await changes.CheckAsync(input, null, "Accounts-0", space, caller, cancel);
        return await previews.ShowAsync(account, question, space, caller, cancel);
    }

    private static async Task<AccountToken> CreateToken(
        string id, AccountTokenCommand command, HttpContext context, SpaceContext space, Caller caller, AccountStore accounts, CreateAccountToken tokens, CancellationToken cancel)
    {
        var account = await AccountEndpoints.SeenAsync(id, space, caller, accounts, cancel);
        caller.DemandSomewhere(Permission.AccountTokenCreate, space.Id);
        var token = await tokens.RunAsync(account, command, space, caller, cancel);
        context.Response.Headers.CacheControl = "no-store";
        return token;
    }
}
