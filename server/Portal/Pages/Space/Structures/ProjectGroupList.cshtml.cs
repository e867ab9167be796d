using OctoLogin.Access;
using OctoLogin.ProjectGroups;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class ProjectGroupListModel(ProjectGroupStore groups) : SpacePage
{
    public StructureList List { get; private set; } = null!;

    public async Task OnGetAsync() => List = new(
        "Project groups", "project group", "A group holds projects that belong together; roles may be limited to it.",
        Caller.May(Permission.ProjectGroupCreate, AccessTarget.Space(Space.Id)) ? At("project-groups/new") : null,
        [.. (await ProjectGroupEndpoints.All(Space, Caller, groups, Cancel)).Select(one => new StructureRow(one.Name, At($"project-groups/{one.Id}"), one.Description ?? ""))]);
}
