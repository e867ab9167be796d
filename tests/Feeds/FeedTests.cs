using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Feeds;

public sealed class FeedTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Each_space_has_the_built_in_one()
    {
        var space = await server.AddSpaceAsync();
        foreach (var path in new[] { "/api", Api.Space, $"/api/{space}" })
        {
            var feed = (await server.Admin.SeeAsync($"{path}/feeds")).Json.GetProperty("Items").EnumerateArray().ShouldHaveSingleItem();
            (feed.GetProperty("Id").GetString(), feed.GetProperty("Name").GetString(), feed.GetProperty("FeedType").GetString(), feed.GetProperty("SpaceId").GetString())
                .ShouldBe(("feeds-builtin", "Octopus Server (built-in)", "BuiltIn", path == $"/api/{space}" ? space : "Spaces-1"));
            (await server.Admin.SeeAsync($"{path}/feeds/all")).Names("Id").ShouldBe(["feeds-builtin"]);
            foreach (var named in new[] { "feeds-builtin", "Feeds-BuiltIn", "octopus-server-built-in" })
            {
                (await server.Admin.SeeAsync($"{path}/feeds/{named}")).Id.ShouldBe("feeds-builtin");
            }
        }
        (await server.Admin.SeeAsync("/api/feeds?feedType=builtin&partialName=SERVER&ids=feeds-builtin")).Names().ShouldHaveSingleItem();
        (await server.Admin.SeeAsync("/api/feeds?feedType=Docker")).Names().ShouldBeEmpty();
        (await server.Admin.SendAsync("GET", "/api/feeds/Feeds-1001")).ShouldBeRefused(404, "feed 'Feeds-1001'");
    }

    [Fact]
    public async Task Says_which_types_there_are()
    {
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "Images", FeedType = "Docker" })).ShouldBeRefused(400, "'Docker'", "'BuiltIn'");
        (await server.Admin.SendAsync("POST", "/api/feeds", new { Name = "Second", FeedType = "BuiltIn" })).ShouldBeRefused(400, "has its BuiltIn feed already: feeds-builtin");
    }

    [Fact]
    public async Task Is_for_who_may_view_feeds()
    {
        var consumer = await server.AddCallerAsync("userroles-runbookconsumer@Spaces-1");
        (await consumer.Client.SendAsync("GET", "/api/feeds")).ShouldBeRefused(403, "FeedView");
        var publisher = await server.AddCallerAsync("userroles-packagepublisher@Spaces-1");
        await publisher.Client.SeeAsync("/api/feeds/all");
        (await publisher.Client.SendAsync("POST", "/api/feeds", new { Name = "Mine", FeedType = "Docker" })).ShouldBeRefused(403, "FeedEdit");
        var other = await server.AddSpaceAsync();
        (await publisher.Client.SendAsync("GET", $"/api/{other}/feeds/feeds-builtin")).ShouldBeRefused(403, "FeedView");
    }
}
