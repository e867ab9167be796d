namespace OctoLogin.Tests.Support;

/// <summary>Tag sets, tenants and deployment targets that a test needs to be there.</summary>
public static class Tenancy
{
    public static string Unique(string kind) => $"{kind} {Guid.NewGuid():N}"[..(kind.Length + 9)];

    public static async Task<ApiAnswer> AddEnvironmentAsync(this ServerFixture server, string? name = null, string space = Api.Space) =>
        await server.Admin.MakeAsync($"{space}/environments", new { Name = name ?? Unique("env") });

    /// <summary>A project that tenants may be connected to.</summary>
    public static async Task<ApiAnswer> AddTenantedProjectAsync(this ServerFixture server, string? name = null)
    {
        var project = await server.AddProjectAsync(name);
        return (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { TenantedDeploymentMode = "TenantedOrUntenanted" })).ShouldBe(200);
    }

    public static async Task<ApiAnswer> AddTagSetAsync(this ServerFixture server, string name, params string[] tags) =>
        await server.Admin.MakeAsync($"{Api.Space}/tagsets", new { Name = name, Tags = tags.Select(tag => new { Name = tag, Color = "#0044AA" }) });

    public static async Task<ApiAnswer> AddTenantAsync(
        this ServerFixture server, string? name = null, string[]? tags = null, IDictionary<string, string[]>? projects = null) =>
        await server.Admin.MakeAsync($"{Api.Space}/tenants", new { Name = name ?? Unique("tenant"), TenantTags = tags, ProjectEnvironments = projects });

    public static async Task<ApiAnswer> AddMachineAsync(
        this ServerFixture server, string[] environments, string? name = null, string[]? tenants = null, string[]? tags = null, params string[] roles) =>
        await server.Admin.MakeAsync($"{Api.Space}/machines", new
        {
            Name = name ?? Unique("machine"), EnvironmentIds = environments, TenantIds = tenants, TenantTags = tags, Roles = roles.Length == 0 ? ["web"] : roles,
        });
}
