using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.TagSets;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class TagSetModel(NpgsqlDataSource database, TagSetStore sets, AuditLog audit) : StructurePage<TagSet, TagSetInput>
{
    public override string ListName => "Tag sets";
    public override string Hint => "A tag keeps its Id when it is renamed; a new one has none. Color is #RRGGBB.";
    public override string BackUrl => At("tag-sets");
    protected override string Kind => "tag set";
    protected override (Permission, Permission, Permission) Needed => (Permission.TagSetCreate, Permission.TagSetEdit, Permission.TagSetDelete);
    protected override string NameOf(TagSet thing) => thing.Name;
    protected override object Blank => new { Name = "", Description = "", Tags = new[] { new { Name = "", Color = "#0066CC" } } };
    protected override object Shown(TagSet thing) => new { thing.Name, thing.Slug, thing.Description, thing.SortOrder, Tags = thing.Tags.Select(tag => new { tag.Id, tag.Name, tag.Color, tag.Description, tag.SortOrder }) };
    protected override Task<TagSet> FindAsync() => TagSetEndpoints.Get(Id, Space, Caller, sets, Cancel);
    protected override Task CreateAsync(TagSetInput input) => TagSetEndpoints.Create(input, Space, Caller, database, sets, audit, Cancel);
    protected override Task UpdateAsync(TagSetInput input) => TagSetEndpoints.Update(Id, input, Space, Caller, database, sets, audit, Cancel);
    protected override Task DeleteAsync() => TagSetEndpoints.Delete(Id, Space, Caller, database, sets, audit, Cancel);
}
