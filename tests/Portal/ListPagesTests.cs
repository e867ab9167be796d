using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Lists that grow to thousands are read from where the page before ended: every row once, in order, whatever stands at the end of a page.</summary>
public sealed class ListPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default";
    private const int Rows = 120;

    /// <summary>Names that differ by case, which the order leaves out.</summary>
    private const string Name = "(case when i % 2 = 0 then 'A' else 'a' end) || @mark || lpad(i::text, 4, '0')";

    /// <summary>By the list: its page, and how the database is filled for it.</summary>
    private static readonly Dictionary<string, (string Path, string Fill)> Lists = new()
    {
        ["service accounts"] = ("/app/service-accounts?q={0}", $"insert into users (username, display_name, is_service, external_id) select {Name}, 'made', true, gen_random_uuid() from generate_series(1, @rows) i"),
        ["issuers"] = ("/app/issuers?q={0}", "insert into issuers (issuer, updated_at) select 'https://' || @mark || lpad(i::text, 4, '0'), now() from generate_series(1, @rows) i"),
        ["spaces"] = ("/app/spaces?q={0}", $"insert into spaces (name, slug) select {Name}, @mark || i from generate_series(1, @rows) i"),
        ["feeds"] = (Here + "/feeds?q={0}", $"insert into feeds (space_id, name, slug, feed_type, feed_uri) select 'Spaces-1', {Name}, @mark || i, 'Docker', 'https://registry.example.com' from generate_series(1, @rows) i"),
        ["projects"] = (Here + "/projects?q={0}",
            $"""
            insert into projects (space_id, name, slug, project_group_id, lifecycle_id)
            select 'Spaces-1', {Name}, @mark || i, g.id, l.id from generate_series(1, @rows) i, project_groups g, lifecycles l where g.space_id = 'Spaces-1' and g.slug = 'default' and l.space_id = 'Spaces-1' and l.slug = 'default'
            """),
        ["accounts"] = (Here + "/accounts?q={0}", $"insert into accounts (space_id, name, slug, account_type, tenanted_deployment_participation, details) select 'Spaces-1', {Name}, @mark || i, 'Token', 'Untenanted', '{{}}' from generate_series(1, @rows) i"),
        ["targets"] = (Here + "/targets?health=Unknown&q={0}",
            $"insert into machines (space_id, name, slug, roles, tenanted_deployment_participation, endpoint) select 'Spaces-1', {Name}, @mark || i, array['web'], 'Untenanted', '{{\"CommunicationStyle\":\"None\"}}' from generate_series(1, @rows) i"),
        ["tenants"] = (Here + "/tenants?q={0}", $"insert into tenants (space_id, name, slug) select 'Spaces-1', {Name}, @mark || i from generate_series(1, @rows) i"),
        ["packages"] = (Here + "/packages?q={0}", Packages("i.number % @rows", "'1.' || i.number / @rows", "i.number / @rows", 2)),
    };

    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    public static TheoryData<string> Names => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Shows_every_row_once_in_order(string list)
    {
        var mark = $"m{Guid.NewGuid():N}";
        await FillAsync(Lists[list].Fill, mark);
        var names = await WalkAsync(admin, string.Format(System.Globalization.CultureInfo.InvariantCulture, Lists[list].Path, mark), 3);
        names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(Rows);
        names.ShouldBe(names.Order(StringComparer.OrdinalIgnoreCase));
        names.ShouldAllBe(name => name.Contains(mark));
    }

    [Fact]
    public async Task Shows_every_version_of_a_package_once_from_the_highest_and_begins_anew_where_the_last_one_is_gone()
    {
        var mark = $"m{Guid.NewGuid():N}";
        // Two each are of the same place in the order, as 1.0 and 1.0.0 are.
        await FillAsync(Packages("0", "'1.' || i.number", "i.number / 2", 2), mark);
        var path = $"{Here}/packages/versions?id=a{mark}0000";
        var versions = await WalkAsync(admin, path, 3);
        versions.ShouldBe(Enumerable.Range(0, 2 * Rows).Reverse().Select(number => $"1.{number}"));
        (await admin.GetAsync($"{path}&after=9.9")).Texts("main th[scope=row]")[0].ShouldStartWith("1.239");
    }

    [Fact]
    public async Task Shows_every_release_once_newest_first_and_begins_anew_for_what_is_no_number()
    {
        var project = await server.AddProjectAsync($"m{Guid.NewGuid():N}");
        await server.ReleaseAsync(project, "0.0.1");
        await FillAsync(
            """
            insert into releases (space_id, project_id, channel_id, version, version_key, process_snapshot_id, assembled)
            select space_id, project_id, channel_id, '1.' || i, i::text, process_snapshot_id, now() from releases, generate_series(1, @rows - 1) i where project_id = @mark
            """, project.Id);
        var path = $"{Here}/projects/{project["Slug"]}/releases";
        (await WalkAsync(admin, path, 3)).ShouldBe([.. Enumerable.Range(1, Rows - 1).Reverse().Select(number => $"1.{number}"), "0.0.1"]);
        (await admin.GetAsync($"{path}?after=nothing")).Texts("main th[scope=row]")[0].ShouldBe("1.119");
    }

    [Theory]
    [InlineData("accounts", "insert into account_environments (space_id, account_id, environment_id) select 'Spaces-1', id, @environment from accounts where name ilike 'a' || @mark || '%' and right(name, 1) in ('0', '5')")]
    [InlineData("targets", "insert into machine_environments (space_id, machine_id, environment_id) select 'Spaces-1', id, @environment from machines where name ilike 'a' || @mark || '%' and right(name, 1) in ('0', '5')")]
    public async Task A_role_for_one_environment_sees_pages_of_what_is_for_it_alone(string list, string place)
    {
        var mark = $"m{Guid.NewGuid():N}";
        var environment = await server.PlaceAsync(mark);
        // A fifth is for the environment: two pages' worth.
        await FillAsync(Lists[list].Fill, mark, 5 * Rows / 2);
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync(place, new { mark, environment });
        }
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-environmentmanager", environments: [environment]);
        using var client = new PortalClient(server.Url, caller.ApiKey);
        var names = await WalkAsync(client, $"{Here}/{list}", 2);
        names.Select(name => name.ToLowerInvariant()).ShouldBe(Enumerable.Range(1, Rows / 2).Select(number => $"a{mark}{5 * number:0000}"));
    }

    public void Dispose() => admin.Dispose();

    /// <summary>The first word of each row on every page, from the first page on.</summary>
    private static async Task<List<string>> WalkAsync(PortalClient client, string path, int pages)
    {
        var page = await client.GetAsync(path);
        page.Document.QuerySelector("a[rel=prev]").ShouldBeNull();
        var first = Words(page);
        var all = first.ToList();
        var seen = 1;
        for (; page.Document.QuerySelector("a[rel=next]") is { } next; seen++)
        {
            page = await client.GetAsync(next.GetAttribute("href")!);
            all.AddRange(Words(page));
        }
        seen.ShouldBe(pages);
        Words(await client.GetAsync(page.Document.QuerySelector("a[rel=prev]")!.GetAttribute("href")!)).ShouldBe(first, "the way back to the beginning");
        return all;
    }

    private static string[] Words(PortalPageView page) => [.. page.Texts("main th[scope=row]").Select(text => text.Split(' ')[0])];

    private async Task FillAsync(string sql, string mark, int rows = Rows)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql, new { mark, rows });
    }

    /// <param name="number">Of the package, after its name.</param>
    private static string Packages(string number, string version, string key, int each) =>
        $"""
        with contents as (insert into package_contents (state, started_at) select 'Published', now() from generate_series(1, {each} * @rows) returning number),
          i as (select number as content, row_number() over (order by number) - 1 as number from contents)
        insert into packages (space_id, feed_id, package_id, version, version_key, file_extension, size_bytes, sha256, content_number, published)
        select 'Spaces-1', 'feeds-builtin', (case when {number} % 2 = 0 then 'A' else 'a' end) || @mark || lpad(({number})::text, 4, '0'), {version}, lpad(({key})::text, 4, '0'), '.zip', 1, repeat('0', 64), content, now()
        from i order by i.number
        """;
}
