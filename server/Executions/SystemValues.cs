using System.Globalization;
using OctoLogin.Environments;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;
using OctoLogin.Tenants;

namespace OctoLogin.Executions;

/// <summary>The variables that Octopus itself gives to every script. Pure.</summary>
public static class SystemValues
{
    public static Dictionary<string, string> Of(Execution execution, Space space, Project project, DeploymentEnvironment environment, Tenant? tenant, ServerTask task)
    {
        var values = OfPlace(space, project, environment, tenant);
        values["Octopus.Task.Id"] = task.Id;
        values["Octopus.Task.Name"] = task.Description;
        values["Octopus.Task.QueueTime"] = Time(task.QueueTime);
        foreach (var (kind, name) in new[] { ("Deployment", execution.Name), ("RunbookRun", execution.Name) }.Where(one => execution.Id.StartsWith(one.Item1, StringComparison.Ordinal)))
        {
            values[$"Octopus.{kind}.Id"] = execution.Id;
            values[$"Octopus.{kind}.Name"] = name;
            values[$"Octopus.{kind}.Comments"] = execution.Comments ?? "";
            values[$"Octopus.{kind}.Created"] = Time(execution.Created);
        }
        return values;
    }

    /// <summary>Those of what is run where, whatever runs.</summary>
    public static Dictionary<string, string> OfPlace(Space space, Project project, DeploymentEnvironment environment, Tenant? tenant)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Octopus.Space.Id"] = space.Id,
            ["Octopus.Space.Name"] = space.Name,
            ["Octopus.Project.Id"] = project.Id,
            ["Octopus.Project.Name"] = project.Name,
            ["Octopus.Project.Slug"] = project.Slug,
            ["Octopus.ProjectGroup.Id"] = project.ProjectGroupId,
            ["Octopus.Environment.Id"] = environment.Id,
            ["Octopus.Environment.Name"] = environment.Name,
            ["Octopus.Environment.Slug"] = environment.Slug,
            ["Octopus.Environment.SortOrder"] = environment.SortOrder.ToString(CultureInfo.InvariantCulture),
        };
        if (tenant is not null)
        {
            values["Octopus.Deployment.Tenant.Id"] = values["Octopus.Tenant.Id"] = tenant.Id;
            values["Octopus.Deployment.Tenant.Name"] = values["Octopus.Tenant.Name"] = tenant.Name;
            values["Octopus.Deployment.Tenant.Tags"] = values["Octopus.Tenant.Tags"] = string.Join(',', tenant.TenantTags);
        }
        return values;
    }

    public static string Time(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
