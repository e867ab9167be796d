using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Environments;
using OctoLogin.Lifecycles;

namespace OctoLogin.Portal.Pages.Space.Structures;

public sealed class LifecycleModel(NpgsqlDataSource database, LifecycleStore lifecycles, EnvironmentStore environments, AuditLog audit) : StructurePage<Lifecycle, LifecycleInput>
{
    public override string ListName => "Lifecycles";
    public override string Hint => "Environments are named by Id, as in OptionalDeploymentTargets: [\"Environments-1\"]. MinimumEnvironmentsBeforePromotion 0: all of the phase.";
    public override string BackUrl => At("lifecycles");
    protected override string Kind => "lifecycle";
    protected override (Permission, Permission, Permission) Needed => (Permission.LifecycleCreate, Permission.LifecycleEdit, Permission.LifecycleDelete);
    protected override string NameOf(Lifecycle thing) => thing.Name;
    protected override object Blank => new { Name = "", Description = "", Phases = new[] { new Phase { Name = "Development" } } };
    protected override object Shown(Lifecycle thing) => new { thing.Name, thing.Slug, thing.Description, thing.Phases, thing.ReleaseRetentionPolicy, thing.TentacleRetentionPolicy };
    protected override Task<Lifecycle> FindAsync() => LifecycleEndpoints.Get(Id, Space, Caller, lifecycles, Cancel);
    protected override Task CreateAsync(LifecycleInput input) => LifecycleEndpoints.Create(input, Space, Caller, database, lifecycles, environments, audit, Cancel);
    protected override Task UpdateAsync(LifecycleInput input) => LifecycleEndpoints.Update(Id, input, Space, Caller, database, lifecycles, environments, audit, Cancel);
    protected override Task DeleteAsync() => LifecycleEndpoints.Delete(Id, Space, Caller, database, lifecycles, audit, Cancel);
}
