using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Portal.Rights;

namespace OctoLogin.Portal.Pages.Users;

public sealed class IndexModel(PeopleList list) : PortalPage
{
    private const int Take = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    [BindProperty(SupportsGet = true, Name = "after")]
    public string? After { get; set; }

    public IReadOnlyList<PersonRow> People { get; private set; } = [];
    public Pager Pager { get; private set; } = new(null, null);

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.UserView, AccessTarget.System);
        var found = await list.ReadAsync(Text?.Trim(), After, Take + 1, Cancel);
        (People, Pager) = Pager.Cut(found, Take, person => person.Username, "/app/users", Text, After);
    }
}
