using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.Support;

/// <summary>Accounts, variables that name them, and what their scripts leave for a test.</summary>
public static class CloudAccounts
{
    public const string Role = "arn:aws:iam::123456789012:role/deploy";
    public const string Tenant = "aaaaaaaa-1111-2222-3333-444444444444", Client = "bbbbbbbb-1111-2222-3333-444444444444", Subscription = "cccccccc-1111-2222-3333-444444444444";
    public const string ServiceAccount = "deploy@shop.iam.gserviceaccount.com";

    public static Task<ApiAnswer> AddAwsAsync(this ServerFixture server, string name, string[]? environments = null, object? more = null) => server.AddAccountAsync(name, "AmazonWebServicesOidcAccount", environments, new Dictionary<string, object?>
    {
        ["RoleArn"] = Role, ["SessionDuration"] = "3600", ["Region"] = "eu-west-1",
    }, more);

    public static Task<ApiAnswer> AddAzureAsync(this ServerFixture server, string name, string[]? environments = null) => server.AddAccountAsync(name, "AzureOidc", environments, new Dictionary<string, object?>
    {
        ["SubscriptionNumber"] = Subscription, ["ClientId"] = Client, ["TenantId"] = Tenant, ["Audience"] = FakeEntra.Audience,
    });

    public static Task<ApiAnswer> AddGoogleAsync(this ServerFixture server, string name) => server.AddAccountAsync(name, "GoogleCloudOidcAccount", null, new Dictionary<string, object?>
    {
        ["Audience"] = $"https:{FakeGoogle.Provider}", ["TokenLifetimeSeconds"] = "3600", ["ImpersonatedServiceAccount"] = ServiceAccount,
    });

    /// <param name="more">Of any account.</param>
    public static Task<ApiAnswer> AddAccountAsync(
        this ServerFixture server, string name, string type, string[]? environments, Dictionary<string, object?> fields, object? more = null)
    {
        var body = new Dictionary<string, object?>(fields) { ["Name"] = name, ["AccountType"] = type, ["EnvironmentIds"] = environments ?? [], ["TenantedDeploymentParticipation"] = "TenantedOrUntenanted" };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            body[property.Name] = property.GetValue(more);
        }
        return server.Admin.MakeAsync($"{Api.Space}/accounts", body);
    }

    public static object Variable(string name, string type, ApiAnswer account, object? scope = null) => new { Name = name, Type = type, Value = account.Id, Scope = scope };

    public static object Aws(string name, ApiAnswer account, object? scope = null) => Variable(name, "AmazonWebServicesAccount", account, scope);

    public static async Task SetVariablesAsync(this ServerFixture server, ApiAnswer project, params object[] variables)
    {
        var path = $"{Api.Space}/projects/{project.Id}/variables";
        var present = await server.Admin.SeeAsync(path);
        (await server.Admin.SendAsync("PUT", path, new { Version = present.Json.GetProperty("Version").GetInt32(), Variables = variables })).ShouldBe(200);
    }

    /// <summary>A project of these steps whose variables these are, with release 1.0.0.</summary>
    public static async Task<ApiAnswer> AddProjectWithAsync(this ServerFixture server, string name, object[] variables, params object[] steps)
    {
        var project = await server.AddProjectAsync(name);
        await server.SetVariablesAsync(project, variables);
        await server.SetProcessAsync(project.Id, steps);
        await server.ReleaseAsync(project, "1.0.0");
        return project;
    }
}
