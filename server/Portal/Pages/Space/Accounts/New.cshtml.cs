using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.AccountTokens;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Accounts;

public sealed class NewModel(AccountStore accounts, AccountChanges changes, SubjectPreviews previews, SpaceThings things, TagSetStore sets) : AccountFormPage(changes, previews, things, sets)
{
    /// <summary>Null: the kind is to be chosen first.</summary>
    [FromRoute]
    public string? Type { get; set; }

    protected override Account? Present => null;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Caller.DemandSomewhere(Permission.AccountCreate, Space.Id);
        if (Type is not null)
        {
            Kind = AccountKinds.Find(Type) ?? throw ApiException.NotFound("kind of account", Type);
        }
        await next();
    }

    public async Task OnGetAsync()
    {
        Input = new()
        {
            TenantedDeploymentParticipation = nameof(TenantedDeploymentMode.Untenanted),
            DeploymentSubjectKeys = [.. DeploymentSubject.Default(SubjectUse.Deployment)],
            HealthCheckSubjectKeys = [.. DeploymentSubject.Default(SubjectUse.HealthCheck)],
            AccountTestSubjectKeys = [.. DeploymentSubject.Default(SubjectUse.AccountTest)],
        };
        await ReadAsync();
    }

    public Task<IActionResult> OnPostPreviewAsync() => PreviewAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        var made = "";
        if (await TryAsync(async () => made = (await AccountEndpoints.CreateAsync(Input.ToInput(Kind.Type), Space, Caller, accounts, Changes, Cancel)).Id))
        {
            return Done($"{ListUrl}/{made}", $"Account {Input.Name} was created.");
        }
        await ReadAsync();
        return Page();
    }
}
