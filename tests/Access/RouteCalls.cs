using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.Tests.Access;

/// <summary>
/// How a route is called so that the answer tells whether the caller may, and nothing is changed by it: the permission is checked before the
/// body, so a body that is refused after that (400, 409) says "may". What must name a thing in its body to be asked about at all says
/// "may not" by 400, too, when it says of that thing that there is none.
/// </summary>
public static partial class RouteCalls
{
    /// <param name="Text">Of an answer that allows: the body.</param>
    public sealed record Answer(int Status, string Text)
    {
        public bool IsBroken => Status >= 500;

        public bool Refuses => Status is 401 or 403 or 404 || (Status == 400 && Unseen().IsMatch(Text));
    }

    public static async Task<Answer> SendAsync(this RouteCaller caller, string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) };
        // Refused after the permission; else following the log of a task that waits would never end.
        request.Headers.Add("Last-Event-ID", "none");
        using var response = await caller.Client.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static string Path(RoutePermission route, string space, IReadOnlyList<string> values)
    {
        var next = 0;
        return Parameter().Replace(route.Path, match => match.Value == "{space}" ? space : Uri.EscapeDataString(values[next++]));
    }

    /// <summary>Null for what has no body.</summary>
    public static object? Body(RoutePermission route, RouteThing thing, RouteThings things) => route.Method is "GET" or "DELETE" ? null : $"{route.Method} {route.Row}" switch
    {
        "PUT /environments/sortorder" or "PUT /tagsets/sortorder" => Array.Empty<string>(),
        // A name that is taken.
        "POST /projects" => new { Name = "A", ProjectGroupId = thing.Values[0], LifecycleId = things["lifecycle"][0].Values[0] },
        "POST /accounts" => RouteThings.CloudAccount(thing.Name, thing.Place),
        "POST /machines" => RouteThings.Target(thing.Name, thing.Place),
        "POST /channels" or "POST /runbooks" => new { ProjectId = thing.Place.Project },
        "POST /runbooksnapshots" or "POST /projects/{projectId}/runbooksnapshots" => new { RunbookId = thing.Body },
        "POST /releases/create/v1" => new { ProjectName = thing.Place.Project, ReleaseVersion = "no version" },
        "POST /deployments/create/untenanted/v1" or "POST /deployments/create/tenanted/v1" => Execution(thing.Place, release: "9.9.9"),
        "POST /deployments" => new
        {
            ReleaseId = things["release"].Single(release => release.Place.Project == thing.Place.Project).Values[0],
            EnvironmentId = thing.Place.Environment, TenantId = thing.Place.Tenant, SkipActions = new[] { "no such step" },
        },
        "POST /runbook-runs/create/v1" => Execution(thing.Place, snapshot: "none"),
        "POST /users/{id}/apikeys" => new { Purpose = "" },
        "POST /teams" or "POST /{space}/teams" => new { SpaceId = thing.Place.Space },
        var route_ when route_.EndsWith("scopeduserroles", StringComparison.Ordinal) || route_.EndsWith("scopeduserroles/{id}", StringComparison.Ordinal) =>
            new { UserRoleId = "userroles-none", TeamId = route.Row.Contains("{teamId}", StringComparison.Ordinal) ? thing.Values[0] : things.Team, SpaceId = thing.Place.Space },
        _ => route.IsInSpace ? new { SpaceId = "Spaces-999" } : new { },
    };

    private static object Execution(Place place, string? release = null, string? snapshot = null) => new
    {
        ProjectName = place.Project, ReleaseVersion = release, RunbookName = "Restart", Snapshot = snapshot, EnvironmentNames = new[] { place.Environment },
        Tenants = place.Tenant is null ? null : new[] { place.Tenant },
    };

    /// <summary>The <c>Id</c>s of a page or a bare array.</summary>
    public static HashSet<string> Ids(Answer answer)
    {
        using var json = JsonDocument.Parse(answer.Text);
        var items = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement : json.RootElement.GetProperty("Items");
        return [.. items.EnumerateArray().Select(item => item.GetProperty("Id").GetString()!)];
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"here is no (project|release|environment|tenant|space) |of this space\.|not a runbook of project")]
    private static partial Regex Unseen();
}
