using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Audit;

public sealed class EventTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_event_has_Octopus_shape_and_details_of_its_own()
    {
        var space = (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/spaces", new { Name = "R & <b>D</b>" }, 201)).Id;
        var page = (await server.Admin.GetAsync($"/api/events?regarding={space}", 200)).Json;
        page.GetProperty("ItemType").GetString().ShouldBe("Event");
        var happened = page.GetProperty("Items").EnumerateArray().ShouldHaveSingleItem();
        happened.Names().ShouldBe([
            "Id", "Category", "UserId", "Username", "IsService", "IdentityEstablishedWith", "UserAgent", "IpAddress", "Occurred", "Message", "MessageHtml",
            "MessageReferences", "RelatedDocumentIds", "SpaceId", "Comments", "ChangeDetails", "Details", "CorrelationId"]);
        happened.GetProperty("Id").GetString().ShouldNotBeNull().ShouldMatch("^Events-[0-9]+$");
        happened.GetProperty("Category").GetString().ShouldBe("Created");
        happened.GetProperty("Username").GetString().ShouldBe("admin");
        happened.GetProperty("IsService").GetBoolean().ShouldBeFalse();
        happened.GetProperty("IdentityEstablishedWith").GetString().ShouldBe("API key API-TES…");
        happened.GetProperty("IpAddress").GetString().ShouldBe("127.0.0.1");
        happened.GetProperty("Message").GetString().ShouldBe("Space R & <b>D</b> was created");
        happened.GetProperty("MessageHtml").GetString().ShouldBe("Space R &amp; &lt;b&gt;D&lt;/b&gt; was created");
        happened.GetProperty("MessageReferences").GetArrayLength().ShouldBe(0);
        happened.GetProperty("RelatedDocumentIds").Strings().ShouldBe([space]);
        happened.GetProperty("SpaceId").GetString().ShouldBe(space);
        happened.GetProperty("ChangeDetails").GetRawText().ShouldBe("""{"DocumentContext":null,"Differences":[]}""");
        happened.GetProperty("Details").ValueKind.ShouldBe(JsonValueKind.Object);
        happened.GetProperty("CorrelationId").GetString().ShouldNotBeNull().ShouldMatch("^[0-9a-f]{32}$");
        DateTimeOffset.Parse(happened.GetProperty("Occurred").GetString()!).ShouldBe(server.Clock.GetUtcNow(), TimeSpan.FromMinutes(1));

        var id = happened.GetProperty("Id").GetString();
        (await server.Admin.GetAsync($"/api/events/{id}", 200)).Text.ShouldBe(happened.GetRawText());
        await server.Admin.GetAsync($"/api/{space}/events/{id}", 200);
        await server.Admin.GetAsync($"/api/Spaces-1/events/{id}", 404);
    }

    [Fact]
    public async Task A_login_is_told_with_its_reason_and_claims()
    {
        var account = await server.AddTrustedAccountAsync();
        var refused = await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["sub"] = "repo:<script>alert(1)</script>"));
        var happened = (await server.Admin.GetAsync($"/api/events?regarding={account.Id}&eventCategories=TokenRefused", 200)).Json.GetProperty("Items")[0];
        happened.GetProperty("IsService").GetBoolean().ShouldBeTrue();
        happened.GetProperty("CorrelationId").GetString().ShouldBe(refused.CorrelationId);
        happened.GetProperty("Details").GetProperty("outcome").GetString().ShouldBe("refused");
        happened.GetProperty("Details").GetProperty("claims").GetProperty("repository").GetString().ShouldBe("octo-org/hello-octopus");
        happened.GetProperty("MessageHtml").GetString()!.ShouldNotContain("<");
    }

    [Fact]
    public async Task The_list_is_filtered_by_user_category_document_and_time_newest_first()
    {
        var start = server.Clock.GetUtcNow();
        var caller = await server.AddCallerAsync("userroles-systemmanager");
        server.Clock.Advance(TimeSpan.FromHours(1));
        var first = (await caller.Client.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = $"t{Guid.NewGuid():N}" }, 201)).Id;
        server.Clock.Advance(TimeSpan.FromHours(1));
        var second = (await caller.Client.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = $"t{Guid.NewGuid():N}" }, 201)).Id;
        await caller.Client.ExpectAsync(HttpMethod.Delete, $"/api/teams/{first}", null, 200);

        async Task<string[]> Of(string query) => [.. (await server.Admin.GetAsync($"/api/events?{query}", 200)).Json.GetProperty("Items").EnumerateArray()
            .Select(item => $"{item.GetProperty("Category").GetString()} {item.GetProperty("RelatedDocumentIds")[0].GetString()}")];

        (await Of($"users={caller.Id}")).ShouldBe([$"Deleted {first}", $"Created {second}", $"Created {first}"]);
        (await Of($"users={caller.Id},Users-0&eventCategories=Created&eventCategories=Modified")).ShouldBe([$"Created {second}", $"Created {first}"]);
        (await Of($"users={caller.Id}&users=Users-0&eventCategories=Deleted,TokenIssued")).ShouldBe([$"Deleted {first}"]);
        (await Of($"regarding={first}")).ShouldBe([$"Deleted {first}", $"Created {first}"]);
        (await Of($"regarding={first},{second}&skip=1&take=1")).ShouldBe([$"Created {second}"]);
        (await Of($"users={caller.Id}&eventCategories=Nonsense")).ShouldBe([]);
        var middle = Uri.EscapeDataString(start.AddMinutes(90).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        (await Of($"users={caller.Id}&from={middle}")).ShouldBe([$"Deleted {first}", $"Created {second}"]);
        (await Of($"users={caller.Id}&to={middle}")).ShouldBe([$"Created {first}"]);
        // The same instant in another offset, whose plus many clients forget to escape.
        (await Of($"users={caller.Id}&to={start.AddMinutes(90).ToOffset(TimeSpan.FromHours(2)):yyyy-MM-dd'T'HH:mm:sszzz}")).ShouldBe([$"Created {first}"]);
        (await Of($"users={caller.Id}&from={start.AddDays(2):yyyy-MM-dd}")).ShouldBe([]);
        (await Of($"users={caller.Id}&from={start:yyyy-MM-dd}")).Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused_and_both_are_named()
    {
        var answer = await server.Admin.GetAsync("/api/events?from=yesterday&to=2026-13-01", 400);
        answer.Errors.ShouldBe([
            "from must be a time such as 2026-01-31T13:45:00Z or a day such as 2026-01-31, not 'yesterday'.",
            "to must be a time such as 2026-01-31T13:45:00Z or a day such as 2026-01-31, not '2026-13-01'."]);
        await server.Admin.GetAsync("/api/events?from=1/2/2026", 400);
        await server.Admin.GetAsync("/api/events?take=many", 400);
    }

    [Fact]
    public async Task Who_may_see_events_of_a_space_sees_those_alone()
    {
        var role = await server.AddRoleAsync(["EventView", "TeamView"]);
        var (mine, other) = (await server.AddSpaceAsync(), await server.AddSpaceAsync());
        var viewer = await server.AddCallerAsync($"{role}@{mine}");
        foreach (var path in (string[])["/api/events?take=1000", $"/api/{mine}/events?take=1000"])
        {
            (await viewer.Client.GetAsync(path, 200)).Json.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("SpaceId").GetString()).Distinct().ShouldBe([mine]);
        }
        await viewer.Client.GetAsync($"/api/{other}/events", 403);
        var hidden = (await server.Admin.GetAsync($"/api/events?regarding={other}", 200)).Ids()[0];
        await viewer.Client.GetAsync($"/api/events/{hidden}", 404);
        await viewer.Client.GetAsync("/api/events/Events-0", 404);
        await server.Admin.GetAsync("/api/events/Users-1", 404);

        var nobody = await server.AddCallerAsync("userroles-spacemanager@" + mine);
        await nobody.Client.GetAsync("/api/events", 200);
        nobody = await server.AddCallerAsync("userroles-projectviewer@" + mine);
        (await nobody.Client.GetAsync("/api/events", 403)).Error.ShouldContain("EventView on this server");
        (await server.Anonymous.CallAsync(HttpMethod.Get, "/api/events")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_token_narrowed_to_a_space_sees_the_events_of_that_space_alone()
    {
        var space = await server.AddSpaceAsync();
        var account = await server.AddTrustedAccountAsync();
        await server.AddTeamAsync([account.Id], "userroles-systemmanager");
        var narrow = (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience), ("scope", $"space:{space}"))).AccessToken;
        using var client = server.ClientWithToken(narrow);
        (await client.GetAsync("/api/events?take=1000", 200)).Json.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("SpaceId").GetString()).Distinct().ShouldBe([space]);
    }

    [Fact]
    public async Task The_categories_are_listed_with_names()
    {
        var categories = (await server.Admin.GetAsync("/api/events/categories", 200)).Json;
        categories.EnumerateArray().Select(item => item.GetRawText()).ShouldContain("""{"Id":"TokenRefused","Name":"Token refused"}""");
        (await server.Admin.GetAsync("/api/default/events/categories", 200)).Text.ShouldBe(categories.GetRawText());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Nobody_changes_the_audit(string method)
    {
        (await server.Admin.CallAsync(new HttpMethod(method), "/api/events/Events-1", new { })).Status.ShouldBe(405);
    }
}
