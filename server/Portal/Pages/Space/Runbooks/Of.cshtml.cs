using Microsoft.AspNetCore.Mvc;
using OctoLogin.Runbooks;

namespace OctoLogin.Portal.Pages.Space.Runbooks;

/// <summary>From a run, which its task names, to the runbook.</summary>
public sealed class RunbookOfRunModel(RunbookRunStore runs) : SpacePage
{
    public async Task<IActionResult> OnGetAsync(string id) => Redirect(At($"runbooks/{(await RunbookRunEndpoints.Get(id, Space, Caller, runs, Cancel)).RunbookId}"));
}
