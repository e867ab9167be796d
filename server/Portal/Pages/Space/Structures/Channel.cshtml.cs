using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.TagSets;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class ChannelModel(
    NpgsqlDataSource database, ProjectStore projects, ChannelStore channels, LifecycleStore lifecycles, TagSetStore sets, AuditLog audit) : StructurePage<Channel, ChannelInput>
{
    [FromRoute(Name = "project")]
    public string ProjectName { get; set; } = "";

    private Project project = null!;

    public override string ListName => "Channels";
    public override string Hint => "LifecycleId null: the project's. Rules say which package versions a release of the channel takes.";
    public override string BackUrl => At($"projects/{project.Slug}/channels");
    protected override string Kind => "channel";
    protected override (Permission, Permission, Permission) Needed => (Permission.ProjectEdit, Permission.ProjectEdit, Permission.ProjectEdit);
    protected override bool MayNow(Permission permission) => Caller.May(permission, ProjectEndpoints.Target(project));
    protected override string NameOf(Channel thing) => thing.Name;
    protected override object Blank => new { Name = "", Description = "", LifecycleId = (string?)null, IsDefault = false, TenantTags = Array.Empty<string>(), Rules = Array.Empty<ChannelRule>() };
    protected override object Shown(Channel thing) => new { thing.Name, thing.Slug, thing.Description, thing.LifecycleId, thing.IsDefault, thing.TenantTags, thing.Rules };
    protected override Task<Channel> FindAsync() => ChannelEndpoints.GetOfProject(project.Id, Id, Space, Caller, projects, channels, Cancel);
    protected override Task CreateAsync(ChannelInput input) =>
        ChannelEndpoints.Create(input with { ProjectId = project.Id }, Space, Caller, projects, channels, lifecycles, sets, database, audit, Cancel);
    protected override Task UpdateAsync(ChannelInput input) => ChannelEndpoints.Update(Present!.Id, input, Space, Caller, projects, channels, lifecycles, sets, database, audit, Cancel);
    protected override Task DeleteAsync() => ChannelEndpoints.Delete(Present!.Id, Space, Caller, projects, channels, database, audit, Cancel);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        project = await ProjectEndpoints.SeenAsync(ProjectName, Space, Caller, projects, Cancel);
        await next();
    }
}
