using System.Collections.Concurrent;
using System.Diagnostics;
using OctoLogin.Access;

namespace OctoLogin.Tests.Access;

/// <summary>Every route as every built-in role within every kind of limit, on things inside and outside of it, over HTTP.</summary>
public sealed class RoutePermissionTests(RouteThings things, ITestOutputHelper output) : IClassFixture<RouteThings>
{
    private static readonly PermissionPage Page = new();

    private readonly ConcurrentBag<string> wrong = [];
    private readonly ConcurrentDictionary<string, (int Allowed, int Refused)> answers = [];

    [Fact]
    public void The_table_names_every_route_and_no_other() =>
        RoutePermissions.All.Select(route => route.Name).Order(StringComparer.Ordinal).ShouldBe(
            EveryRouteTests.RoutesOf(things.Server.Services).Select(route => route.Name), ignoreOrder: true);

    [Fact]
    public void The_page_says_what_the_code_does()
    {
        Page.Permissions.Keys.ShouldBe(Enum.GetNames<Permission>(), ignoreOrder: true);
        Page.Roles.Keys.ShouldBe(BuiltInRoles.All.Select(role => role.Name), ignoreOrder: true);
        foreach (var role in BuiltInRoles.All)
        {
            Enum.GetValues<Permission>().Where(permission => Page.Has(role.Name, permission.ToString())).ShouldBe(
                role.Name == PermissionPage.Administrator ? Enum.GetValues<Permission>() : [.. role.System.Concat(role.Space).Distinct()], ignoreOrder: true, role.Name);
        }
        foreach (var permission in Enum.GetValues<Permission>())
        {
            Page.Permissions[permission.ToString()].Limits.ShouldBe(permission.Reach() switch
            {
                Reach.Everywhere => ["nothing"],
                Reach.Unlimited => [permission.IsSpace() ? "unlimited roles" : "server"],
                var reach => reach.ToString().ToLowerInvariant().Split(", "),
            }, permission.ToString());
        }
    }

    [Fact]
    public async Task Answers_each_role_within_each_limit_as_the_table_says()
    {
        var (watch, callers) = (Stopwatch.StartNew(), await RouteCallers.AllAsync(things, Page));
        output.WriteLine($"{callers.Count} callers after {watch.Elapsed.TotalSeconds:0.0} s");
        await Parallel.ForEachAsync(callers, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (caller, _) =>
        {
            var key = await things.KeyAsync(caller.UserId);
            foreach (var route in RoutePermissions.All.Where(route => !route.IsTwin || caller.Limits.IsAskedTwice))
            {
                await CallAsync(caller, route, key);
            }
        });
        output.WriteLine($"{answers.Values.Sum(count => count.Allowed + count.Refused)} calls, {watch.Elapsed.TotalSeconds:0.0} s");
        wrong.Order(StringComparer.Ordinal).ShouldBeEmpty(string.Join("\n", wrong.Order(StringComparer.Ordinal)));
        foreach (var route in RoutePermissions.All)
        {
            // Else the row says nothing.
            answers[route.Name].Allowed.ShouldBeGreaterThan(0, route.Name);
            (answers[route.Name].Refused > 0).ShouldBe(route.Demand is not ("anyone" or "signed in" or "any member"), route.Name);
        }
    }

    private async Task CallAsync(RouteCaller caller, RoutePermission route, string key)
    {
        if (route.IsList)
        {
            await ListAsync(caller, route, RouteThings.Here);
        }
        foreach (var thing in route.IsList ? [] : things[route.Thing])
        {
            await AskAsync(caller, route, RouteThings.Here, thing, key, caller.Meets(route.Demand, thing.Place, thing.Own));
        }
        if (!route.HasSpace || caller.Limits.Within.Space != things.Elsewhere)
        {
            return;
        }
        // At the path of the caller's own space, with things of another.
        if (route.IsList)
        {
            await ListAsync(caller, route, things.Elsewhere);
        }
        foreach (var thing in route.IsList ? [] : things[route.Thing])
        {
            var there = new Place(things.Elsewhere);
            await AskAsync(caller, route, things.Elsewhere, route.Thing == "space" ? thing with { Place = there } : thing, key,
                (route.Thing == "space" || thing.InEverySpace) && caller.Meets(route.Demand, there, own: false));
        }
    }

    private async Task AskAsync(RouteCaller caller, RoutePermission route, string space, RouteThing thing, string key, bool may)
    {
        // What would be deleted is something else each time.
        var another = may && route.Method == "DELETE" ? await things.MakeAnotherAsync(route.Thing, thing, caller) : null;
        string[] values = [.. thing.Values.Select(value => value == RouteThings.Me ? caller.UserId : value == RouteThings.MyKey ? key : value)];
        if (another is not null)
        {
            values[^1] = another;
        }
        var path = RouteCalls.Path(route, space, values);
        var answer = await caller.SendAsync(route.Method, path, RouteCalls.Body(route, thing, things));
        Judge(caller, route, $"{path} ({thing.Name})", may, answer);
    }

    private async Task ListAsync(RouteCaller caller, RoutePermission route, string space)
    {
        var path = RouteCalls.Path(route, space, []);
        var may = caller.Meets(route.Demand, new(space), own: false);
        var answer = await caller.SendAsync(route.Method, $"{path}?take=100000", null);
        Judge(caller, route, path, may, answer);
        if (!may || answer.Status != 200)
        {
            return;
        }
        var (listed, demand) = (RouteCalls.Ids(answer), route.Demand.Replace("any ", "", StringComparison.Ordinal).Replace("some ", "", StringComparison.Ordinal));
        foreach (var thing in things[route.Thing])
        {
            var expected = caller.Meets(demand, thing.Place, own: false) && (!route.HasSpace || space == thing.Place.Space);
            if (listed.Contains(thing.Values[^1]) != expected)
            {
                wrong.Add($"{route.Name}: {caller}: the list should {(expected ? "" : "not ")}have {thing.Name} ({thing.Values[^1]})");
            }
        }
    }

    private void Judge(RouteCaller caller, RoutePermission route, string what, bool may, RouteCalls.Answer answer)
    {
        answers.AddOrUpdate(route.Name, _ => may ? (1, 0) : (0, 1), (_, count) => may ? (count.Allowed + 1, count.Refused) : (count.Allowed, count.Refused + 1));
        if (answer.IsBroken || answer.Refuses == may)
        {
            wrong.Add($"{route.Name}: {caller}: {what} should be {(may ? "allowed" : "refused")} and was {answer.Status} {answer.Text[..Math.Min(answer.Text.Length, 300)]}");
        }
    }
}
