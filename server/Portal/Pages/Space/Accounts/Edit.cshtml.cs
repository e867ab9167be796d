using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.AccountTokens;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Accounts;

public sealed class EditModel(AccountStore accounts, AccountChanges changes, SubjectPreviews previews, SpaceThings things, TagSetStore sets) : AccountFormPage(changes, previews, things, sets)
{
    private Account? account;

    [FromRoute]
    public required string Id { get; set; }

    public Account Account => account!;
    public string AccountUrl => $"{ListUrl}/{Account.Id}";
    protected override Account? Present => account;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        account = await AccountEndpoints.SeenAsync(Id, Space, Caller, accounts, Cancel);
        AccountEndpoints.DemandEverywhere(Caller, Permission.AccountEdit, account);
        Kind = AccountKinds.Of(account.AccountType);
        await next();
    }

    public async Task OnGetAsync()
    {
        Input = AccountForm.Of(Account);
        await ReadAsync();
    }

    public Task<IActionResult> OnPostPreviewAsync() => PreviewAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await TryAsync(() => AccountEndpoints.Update(Account.Id, Input.ToInput(Kind.Type), Space, Caller, accounts, Changes, Cancel)))
        {
            return Done(AccountUrl, $"Account {Input.Name} was saved.");
        }
        await ReadAsync();
        return Page();
    }
}
