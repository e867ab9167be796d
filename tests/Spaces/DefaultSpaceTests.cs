using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Spaces;

/// <summary>A path below <c>/api</c> that names no space, of something that is of a space, means the default one.</summary>
public sealed class DefaultSpaceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("/api/projects/{0}")]
    [InlineData("/API/Projects/{0}")]
    [InlineData("/api/projects/{0}/")]
    [InlineData("/api//projects/{0}")]
    public async Task Is_meant_in_every_spelling(string path)
    {
        var made = await server.AddProjectAsync();
        (await server.Admin.SeeAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, made.Id))).Text.ShouldBe(made.Text);
    }

    /// <summary>What is decoded twice would be another name, or U+0000, which no path may hold.</summary>
    [Theory]
    [InlineData("a%2541", "a%41")]
    [InlineData("%2500", "%00")]
    [InlineData("a%252fb", "a%2fb")]
    public async Task Is_asked_for_by_names_that_are_decoded_once(string sent, string meant)
    {
        var without = await server.Admin.SendAsync("GET", $"/api/projects/{sent}");
        (without.Status, without["ErrorMessage"]).ShouldBe((404, (await server.Admin.SendAsync("GET", $"/api/Spaces-1/projects/{sent}"))["ErrorMessage"]));
        without["ErrorMessage"].ShouldContain($"'{meant}'");
        (await server.Anonymous.SendAsync("GET", $"/api/projects/{sent}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Is_not_had_by_a_name_that_no_space_has()
    {
        foreach (var path in new[] { "/api/~/projects", "/api/~/tasks", "/api/~/teams" })
        {
            (await server.Admin.SendAsync("GET", path)).Status.ShouldBe(404, path);
        }
    }

    [Fact]
    public async Task Is_not_in_the_words_about_a_path_that_does_not_name_it()
    {
        (await server.Admin.SendAsync("GET", "/api/projects/1/2/3/4"))["ErrorMessage"].ShouldContain(" /api/projects/1/2/3/4.");
        var impossible = await server.Admin.SendAsync("DELETE", "/api/projects");
        (impossible.Status, impossible["ErrorMessage"]!.Contains(" at /api/projects;", StringComparison.Ordinal)).ShouldBe((405, true));
    }

    [Fact]
    public async Task A_space_takes_no_word_of_the_API_as_its_slug_but_keeps_one_that_it_had_before()
    {
        var space = await server.Admin.MakeAsync("/api/spaces", new { Name = "Variables" });
        space["Slug"].ShouldBe("variables-2");
        (await server.Admin.SendAsync("PUT", $"/api/spaces/{space.Id}", new { Name = "Variables", Slug = "variables" })).ShouldBe(400)
            .Text.ShouldContain("Slug 'variables' is part of the API's own paths; choose another.");
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("update spaces set slug = 'variables' where id = @Id", new { space.Id });
        }
        var kept = (await server.Admin.SendAsync("PUT", $"/api/spaces/{space.Id}", new { Name = "Variables", Slug = "variables", Description = "older than the rule" })).ShouldBe(200);
        (kept["Slug"], kept["Description"]).ShouldBe(("variables", "older than the rule"));
        (await server.Admin.SeeAsync($"/api/{space.Id}/projects")).Status.ShouldBe(200);
    }
}
