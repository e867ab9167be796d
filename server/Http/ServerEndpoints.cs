using System.Reflection;

namespace OctoLogin.Http;

/// <summary>What a client asks first: <c>GET /api</c>; and what an operator's probes ask: <c>/health/…</c>.</summary>
public static class ServerEndpoints
{
    /// <summary>The level of Octopus's API that we speak; clients compare it (2022.3.5512 brought <c>releases/create/v1</c>).</summary>
    public const string OctopusApiLevel = "2023.1.0";

    public static string ProductVersion { get; } =
        typeof(ServerEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void MapServer(this IEndpointRouteBuilder routes, Guid installationId)
    {
        routes.MapGet("/api", () => new ServerInformation(installationId)).AllowAnonymous().WithTags("server").WithSummary("What this server is; clients ask it first");
        routes.MapHealth(() => true);
    }

    /// <param name="isReady">What else must be, beside a database that answers.</param>
    public static void MapHealth(this IEndpointRouteBuilder routes, Func<bool> isReady)
    {
        routes.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/health/ready", async (Npgsql.NpgsqlDataSource database, CancellationToken cancel) =>
        {
            // Throws when the database does not answer, which the error edge makes a 503.
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancel);
            return isReady() ? Results.Text("ready") : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    internal sealed record ServerInformation(Guid InstallationId)
    {
        public string Application { get; } = "OctoLogin";
        public string Version { get; } = OctopusApiLevel;
        public string ApiVersion { get; } = "3.0.0";
        public string OctoLoginVersion { get; } = ProductVersion;
        public IReadOnlyDictionary<string, string> Links { get; } = new Dictionary<string, string>
        {
            ["Self"] = "/api",
            ["Spaces"] = "/api/spaces{/id}{?skip,ids,take,partialName}",
            ["CurrentUser"] = "/api/users/me",
            ["Users"] = "/api/users{/id}{?skip,ids,take,filter}",
            ["OpenApi"] = "/api/openapi.json",
            ["OpenIdConfiguration"] = "/.well-known/openid-configuration",
        };
    }
}
