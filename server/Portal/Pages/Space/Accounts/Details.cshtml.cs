using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.AccountTests;
using OctoLogin.AccountTokens;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Accounts;

public sealed class DetailsModel(
    AccountStore accounts, AccountUsers users, AccountChanges changes, SubjectPreviews previews, SpaceThings things, CreateTask createTask, ServerTaskStore tasks, TaskLogStore logs) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    [BindProperty(SupportsGet = true)]
    public PlaceForm Place { get; set; } = new();

    /// <summary>A test of this account that is followed.</summary>
    [BindProperty(SupportsGet = true, Name = "test")]
    public string? TestId { get; set; }

    public required Account Account { get; set; }
    public AccountKind Kind => AccountKinds.Of(Account.AccountType);
    public AccountResource Shown => AccountResource.Of(Account);
    public ThingsSeen Things { get; private set; } = ThingsSeen.None;
    public PreviewPart? Preview { get; private set; }
    public IReadOnlyList<AccountUse> Uses { get; private set; } = [];
    public TestPart? Test { get; private set; }
    public bool MayEdit => MayEverywhere(Permission.AccountEdit);
    public bool MayDelete => MayEverywhere(Permission.AccountDelete);
    public string ListUrl => $"/app/spaces/{Space.Space.Slug}/accounts";
    public string AccountUrl => $"{ListUrl}/{Account.Id}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Account = await AccountEndpoints.SeenAsync(Id, Space, Caller, accounts, Cancel);
        await next();
    }

    public async Task<IActionResult> OnGetAsync()
    {
        Test = await FindTestAsync();
        if (IsPart && Test is not null && Request.Headers["HX-Target"] == "test")
        {
            return Partial("_AccountTest", Test);
        }
        await ReadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostTestAsync()
    {
        var command = new TaskCommand { Name = AccountTestRunner.Name, Arguments = JsonSerializer.SerializeToElement(new { AccountId = Account.Id }) };
        var id = "";
        if (await TryAsync(async () => id = (await createTask.RunAsync(command, Space, Caller, Cancel)).Id))
        {
            return Done($"{AccountUrl}?test={id}", "The test was queued.");
        }
        await ReadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Account.Name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Account.Name));
        }
        if (await TryAsync(() => AccountEndpoints.Delete(Account.Id, Space, Caller, accounts, changes, Cancel)))
        {
            return Done(ListUrl, $"Account {Account.Name} was deleted.");
        }
        await ReadAsync();
        return Page();
    }

    private async Task ReadAsync()
    {
        Things = await things.SeenAsync(Space.Id, Caller, Cancel);
        Preview = Kind.IsKeyless ? await PreviewPart.OfAsync(() => previews.ShowAsync(Account, Place.ToQuestion(), Space, Caller, Cancel)) : null;
        var usage = await AccountEndpoints.Usages(Account.Id, Space, Caller, accounts, users, Cancel);
        var space = $"/app/spaces/{Space.Space.Slug}";
        Uses =
        [
            .. usage.ProjectVariableSets.Select(use => new AccountUse("variables of", use.ProjectName, $"{space}/projects/{use.ProjectSlug}")),
            .. usage.DeploymentProcesses.Select(use => new AccountUse("deployment process of", use.ProjectName, $"{space}/projects/{use.ProjectSlug}")),
            .. usage.RunbookProcesses.Select(use => new AccountUse("a runbook of", use.ProjectName, $"{space}/projects/{use.ProjectSlug}")),
            .. usage.Targets.Select(use => new AccountUse("deployment target", use.TargetName, $"{space}/targets/{use.TargetId}")),
        ];
    }

    private async Task<TestPart?> FindTestAsync()
    {
        if (string.IsNullOrEmpty(TestId))
        {
            return null;
        }
        var task = await ServerTaskEndpoints.SeenAsync(TestId, Space, Caller, tasks, Cancel);
        if (task.Name != AccountTestRunner.Name || !task.Arguments.TryGetProperty(RequestAccountTest.AccountId, out var of) || of.GetString() != Account.Id)
        {
            throw ApiException.NotFound("test of this account", TestId);
        }
        var lines = new List<TestLine>();
        await foreach (var entry in logs.ReadAllAsync(task, Cancel))
        {
            if (TestLine.Of(entry) is { } line)
            {
                lines.Add(line);
            }
        }
        return new(task, lines, $"{AccountUrl}?test={task.Id}", $"/app/spaces/{Space.Space.Slug}/tasks/{task.Id}");
    }

    private bool MayEverywhere(Permission permission) =>
        Account.TenantedDeploymentParticipation.Targets(Account.SpaceId, Account.EnvironmentIds, Account.TenantIds, Account.TenantTags).All(target => Caller.May(permission, target));
}

/// <summary>Something that uses the account.</summary>
public sealed record AccountUse(string Kind, string Name, string Url);

/// <summary>A test of an account and its log so far.</summary>
public sealed record TestPart(ServerTask Task, IReadOnlyList<TestLine> Lines, string Url, string TaskUrl);

/// <param name="IsStep">What follows belongs to it.</param>
public sealed record TestLine(string Text, bool IsStep, LogCategory? Category)
{
    /// <summary>Null: nothing to read. The root's name is the task's own.</summary>
    public static TestLine? Of(LogEntry entry) => entry.Kind switch
    {
        LogEntryKind.Begin when entry.Parent is not null => new(entry.Message, true, null),
        LogEntryKind.Line => new(entry.Detail is null ? entry.Message : $"{entry.Message}\n{entry.Detail}", false, entry.Category),
        _ => null,
    };
}
