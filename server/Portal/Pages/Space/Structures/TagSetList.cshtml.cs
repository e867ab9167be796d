using OctoLogin.Access;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class TagSetListModel(TagSetStore sets) : SpacePage
{
    public StructureList List { get; private set; } = null!;

    public async Task OnGetAsync() => List = new(
        "Tag sets", "tag set", "Tags divide tenants, such as by region or by release ring.", Caller.May(Permission.TagSetCreate, AccessTarget.Space(Space.Id)) ? At("tag-sets/new") : null,
        [.. (await TagSetEndpoints.All(Space, Caller, sets, Cancel)).Select(one => new StructureRow(one.Name, At($"tag-sets/{one.Id}"), string.Join(", ", one.Tags.Select(tag => tag.Name).DefaultIfEmpty("no tags"))))]);
}
