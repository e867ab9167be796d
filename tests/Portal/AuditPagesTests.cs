using System.Text.Json;
using Dapper;
using OctoLogin.Audit;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

public sealed class AuditPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task Finds_events_by_person_issuer_kind_document_and_time()
    {
        var name = $"ci-{Guid.NewGuid():N}";
        var account = await server.AddServiceAccountAsync(name);
        await server.AddIdentityAsync(account.Id, new { Name = "main", Issuer = GitHubClaims.Issuer, Subject = "repo:octo-org/hello-octopus:ref:refs/heads/main", Conditions = new[] { new { Claim = "repository_id", Values = new[] { GitHubClaims.RepositoryId } } } });
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["sub"] = "repo:octo-org/other"))).Status.ShouldBe(400);
        var issuer = OctoLogin.TokenExchange.IssuerSettings.IdOf(GitHubClaims.Issuer);

        (await KindsAsync($"Input.Who={name}")).ShouldBe(["Token refused", "Token issued"], "by name, what the account did");
        (await KindsAsync($"Input.Who={account.Id}&Input.Category=TokenIssued")).ShouldBe(["Token issued"]);
        (await KindsAsync($"Input.Regarding={account.Id}")).ShouldBe(["Token refused", "Token issued", "Created", "Created"], "also what was done to it");
        (await KindsAsync($"Input.Regarding={account.Id}&Input.Issuer={issuer}")).ShouldBe(["Token refused", "Token issued"]);
        (await KindsAsync($"Input.Regarding={account.Id}&Input.Issuer=Issuers-0")).ShouldBeEmpty();
        var (past, soon) = (server.Clock.GetUtcNow().AddHours(-1), server.Clock.GetUtcNow().AddMinutes(2));
        (await KindsAsync($"Input.Who={name}&Input.From={past:yyyy-MM-dd'T'HH:mm}&Input.To={soon:yyyy-MM-dd'T'HH:mm}")).Length.ShouldBe(2);
        (await KindsAsync($"Input.Who={name}&Input.To={past:yyyy-MM-dd'T'HH:mm}")).ShouldBeEmpty();
        var nothing = await admin.GetAsync("/app/audit?Input.Who=nobody-of-that-name");
        nothing.Words.ShouldContain("Nothing that happened matches the filter");

        var wrong = await admin.GetAsync("/app/audit?Input.From=yesterday", 400);
        wrong.ErrorsOf("Input.From").Single().ShouldContain("not 'yesterday'");
        // What one filtered by is there to be changed, and each choice can be taken back.
        var page = await admin.SubmitAsync(await admin.GetAsync("/app/audit"), "Filter", 200, ("Input.Who", name), ("Input.Issuer", issuer));
        page.Texts("table td[data-label=What]").Length.ShouldBe(2);
        page.Document.QuerySelector("[name='Input.Who']")!.GetAttribute("value").ShouldBe(name);
        page.Document.QuerySelector("a.btn[href='/app/audit']").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("granted", "TokenIssued", "LoginSucceeded")]
    [InlineData("refused", "TokenRefused", "LoginFailed")]
    public async Task Finds_logins_by_how_they_ended_whatever_logged_in(string outcome, string ofWorkflow, string ofPerson)
    {
        // Of the two kinds one is rare, and ends before the other begins to be: merged they are in their order all the same.
        var user = await AddEventsAsync(90, category: $"case when i % 3 = 0 then 'Modified' when i < 20 and i % 3 = 1 then '{ofPerson}' else '{ofWorkflow}' end");
        await AddEventsAsync(5, category: $"'{ofPerson}'");
        var expected = Enumerable.Range(1, 90).Where(i => i % 3 != 0).Reverse().Select(i => $"event {i}").ToList();
        var first = await admin.GetAsync($"/app/audit?Input.Who={user}&Input.Category={outcome}");
        Messages(first).ShouldBe(expected.Take(50));
        var second = await FollowAsync(first, "next");
        Messages(second).ShouldBe(expected.Skip(50));
        second.Texts("td[data-label=What]").Distinct().Count().ShouldBe(2);
        Messages(await FollowAsync(second, "prev")).ShouldBe(expected.Take(50));
        first.Document.QuerySelector("[name='Input.Category'] option[selected]")!.TextContent.ShouldStartWith(outcome == "granted" ? "Granted: token issued, " : "Refused: token refused, ");

        var link = first.Document.QuerySelectorAll("a[download]").Single(one => one.TextContent.Trim() == "JSON lines").GetAttribute("href")!;
        (await admin.Http.GetStringAsync(link)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()).ShouldBe(expected);
        // The API takes the categories themselves, as Octopus's does, also one that is named twice.
        var listed = (await server.Admin.GetAsync($"/api/events?users={user}&eventCategories={ofWorkflow},{ofPerson},{ofPerson}&skip=48&take=5", 200)).Json;
        listed.GetProperty("TotalResults").GetInt32().ShouldBe(60);
        listed.GetProperty("Items").EnumerateArray().Select(one => one.GetProperty("Message").GetString()).ShouldBe(expected.Skip(48).Take(5));
    }

    /// <summary>Logins that were refused long ago, and very many others since: none of these is read.</summary>
    [Fact]
    public async Task Reads_no_more_events_for_those_of_an_outcome_that_are_far_down_the_log()
    {
        await AddEventsAsync(60, category: "case when i % 2 = 0 then 'TokenRefused' else 'LoginFailed' end");
        await AddEventsAsync(20_000);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("analyze audit_events");
        var filter = new AuditFilter(Categories: AuditCategories.Outcomes.Single(outcome => outcome.Id == "refused").Categories);
        var plan = string.Join('\n', await connection.QueryAsync<string>($"explain (analyze, buffers) {filter.Numbers(null, null, newestFirst: true, "@take")}", filter.Parameters(null, new { take = 51 })));
        plan.ShouldNotContain("Rows Removed by Filter", customMessage: plan);
        System.Text.RegularExpressions.Regex.Matches(plan, "audit_events_category").Count.ShouldBe(2, plan);
        (await admin.GetAsync("/app/audit?Input.Category=refused")).Texts("td[data-label=Event]").ShouldContain("event 60");
    }

    [Fact]
    public async Task Finds_any_issuer_that_is_typed_whole_or_in_part_among_very_many()
    {
        var mark = Guid.NewGuid().ToString("N")[..8];
        string UrlOf(int i) => $"https://ci-{i:000}.{mark}.example.com";
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "insert into issuers (issuer, is_disabled, updated_at) select 'https://ci-' || to_char(i, 'FM000') || '.' || @mark || '.example.com', false, now() from generate_series(0, 249) i", new { mark });
        var user = await AddEventsAsync(1, related: [OctoLogin.TokenExchange.IssuerSettings.IdOf(UrlOf(249))]);
        var gone = await AddEventsAsync(1, related: [OctoLogin.TokenExchange.IssuerSettings.IdOf($"https://gone.{mark}.example.com")]);
        var page = await admin.GetAsync("/app/audit");
        page.Document.QuerySelectorAll("datalist option").Length.ShouldBe(50);
        page.Document.QuerySelector("[name='Input.Issuer']")!.GetAttribute("list").ShouldBe(page.Document.QuerySelector("datalist")!.Id);

        (await UsersAsync(UrlOf(249))).ShouldBe([user]);
        (await UsersAsync(UrlOf(24))).ShouldBeEmpty("an issuer that is known is no part of another");
        (await UsersAsync($"ci-249.{mark.ToUpperInvariant()}")).ShouldBe([user]);
        (await UsersAsync(OctoLogin.TokenExchange.IssuerSettings.IdOf(UrlOf(249)))).ShouldBe([user]);
        (await UsersAsync($"https://gone.{mark}.example.com")).ShouldBe([gone], "settings and identities are gone, what happened is not");
        (await UsersAsync($"24%.{mark}")).ShouldBeEmpty("typed wildcards are texts");
        var wide = await admin.GetAsync($"/app/audit?Input.Issuer={mark}", 400);
        wide.ErrorsOf("Input.Issuer").Single().ShouldBe($"Issuer '{mark}' is a part of 250 issuers' URLs, more than 100; type more of it.");

        var auditor = await server.AddCallerAsync(await server.AddRoleAsync(system: ["EventView"]));
        using var some = new PortalClient(server.Url, auditor.ApiKey);
        (await some.GetAsync("/app/audit")).Document.QuerySelector("[name='Input.Issuer'], datalist").ShouldBeNull("issuers are for who may see them");
        (await some.GetAsync($"/app/audit?Input.Issuer=ci-249.{mark}")).Texts("td[data-label=Event]").ShouldBeEmpty("nor can they be looked for");

        async Task<string[]> UsersAsync(string issuer)
        {
            var found = await admin.GetAsync($"/app/audit?Input.Issuer={Uri.EscapeDataString(issuer)}");
            var link = found.Document.QuerySelectorAll("a[download]").First().GetAttribute("href")!;
            string[] users = [.. (await admin.Http.GetStringAsync(link)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("UserId").GetString()!)];
            found.Texts("td[data-label=Event]").Length.ShouldBe(users.Length, "the file has what the page has");
            return users;
        }
    }

    [Fact]
    public async Task Pages_to_older_events_and_back()
    {
        var user = await AddEventsAsync(120);
        var first = await admin.GetAsync($"/app/audit?Input.Who={user}");
        var pages = new List<string[]> { Messages(first) };
        first.Document.QuerySelector("a[rel=prev]").ShouldBeNull();
        var second = await FollowAsync(first, "next");
        var third = await FollowAsync(second, "next");
        pages.AddRange([Messages(second), Messages(third)]);
        pages.Select(page => page.Length).ShouldBe([50, 50, 20]);
        pages.SelectMany(page => page).ShouldBe(Enumerable.Range(1, 120).Reverse().Select(i => $"event {i}"));
        third.Document.QuerySelector("a[rel=next]").ShouldBeNull();

        var back = await FollowAsync(third, "prev");
        Messages(back).ShouldBe(pages[1]);
        var start = await FollowAsync(back, "prev");
        Messages(start).ShouldBe(pages[0]);
        start.Document.QuerySelector("a[rel=prev]").ShouldBeNull();
        Messages(await FollowAsync(start, "next")).ShouldBe(pages[1]);
    }

    [Fact]
    public async Task Shows_all_of_an_event_and_where_it_is_in_its_chain()
    {
        var account = await server.AddTrustedAccountAsync();
        await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["sub"] = "repo:octo-org/other"));
        var list = await admin.GetAsync($"/app/audit?Input.Who={account.Id}");
        var page = await admin.GetAsync(list.Document.QuerySelector("td[data-label=Event] a")!.GetAttribute("href")!);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var row = await connection.QuerySingleAsync<(long Number, long Chain, long Position, byte[] Hash, string Correlation)>(
            "select number, chain, position, hash, correlation_id from audit_events where user_id = @Id", new { account.Id });
        foreach (var text in (string[])[$"Events-{row.Number}", $"chain {row.Chain}, position {row.Position}", Convert.ToHexStringLower(row.Hash), row.Correlation, account.Id, "127.0.0.1", "none: of the whole server"])
        {
            page.Words.ShouldContain(text);
        }
        page.Texts("h1").ShouldBe(["Token refused"]);
        page.Texts(".json-facts > dt").ShouldContain("reason");
        page.Texts(".json-facts dd li dt").Take(2).ShouldBe(["part", "passed"]);
        page.Document.QuerySelector($"a[href='/app/refusals/Events-{row.Number}']").ShouldNotBeNull();
        JsonDocument.Parse(page.Document.QuerySelector("details pre")!.TextContent).RootElement.GetProperty("Details").GetProperty("cause").GetString().ShouldBe("SubjectMismatch");
        await admin.GetAsync("/app/audit/Events-0", 404);
        await admin.GetAsync("/app/audit/Users-1", 404);
        await admin.GetAsync("/app/audit/Events-9223372036854775807", 404);
    }

    /// <summary>Threat F3: branch, actor and any claim are whatever a stranger calls them.</summary>
    [Fact]
    public async Task Shows_the_texts_of_strangers_as_texts()
    {
        var account = await server.AddTrustedAccountAsync();
        await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims =>
        {
            (claims["sub"], claims["ref"], claims["actor"]) = ($"repo:octo-org/hello-octopus:ref:refs/heads/{Hostile}", $"refs/heads/{Hostile}", Hostile);
            claims[Hostile] = Hostile;
        }));
        var list = await admin.GetAsync($"/app/audit?Input.Who={account.Id}&Input.Category={Uri.EscapeDataString(Hostile)}");
        list.Document.QuerySelectorAll("main img, main script").ShouldBeEmpty();
        list = await admin.GetAsync($"/app/audit?Input.Who={account.Id}");
        var page = await admin.GetAsync(list.Document.QuerySelector("td[data-label=Event] a")!.GetAttribute("href")!);
        foreach (var view in (PortalPageView[])[list, page])
        {
            view.Document.QuerySelectorAll("main img, main script, main [onerror]").ShouldBeEmpty();
        }
        page.Texts(".json-facts dd").ShouldContain(Hostile);
        page.Texts(".json-facts dt").ShouldContain(Hostile);
    }

    [Fact]
    public async Task Shows_nobody_events_that_the_API_would_not()
    {
        var space = await server.AddSpaceAsync();
        var viewer = await server.AddCallerAsync($"{await server.AddRoleAsync(["EventView"])}@{space}");
        using var some = new PortalClient(server.Url, viewer.ApiKey);
        (await some.GetAsync("/app/audit")).Document.QuerySelectorAll("table tbody tr").Length
            .ShouldBe((await viewer.Client.GetAsync($"/api/{space}/events", 200)).Ids().Length, "the space's own events alone");
        var hidden = (await server.Admin.GetAsync("/api/events?eventCategories=SigningKeyCreated", 200)).Ids()[0];
        await some.GetAsync($"/app/audit/{hidden}", 404);
        (await viewer.Client.GetAsync("/api/events/export", 200)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.Contains(space));

        var nobody = await server.AddCallerAsync();
        using var none = new PortalClient(server.Url, nobody.ApiKey);
        foreach (var path in (string[])["/app/audit", $"/app/audit/{hidden}"])
        {
            await none.GetAsync(path, 403);
        }
        await nobody.Client.GetAsync("/api/events/export", 403);
        await nobody.Client.GetAsync($"/api/{space}/events/export", 403);
    }

    [Theory]
    [InlineData("JSON lines", "application/jsonl")]
    [InlineData("CSV", "text/csv")]
    public async Task Exports_what_is_filtered_piece_by_piece(string button, string type)
    {
        const int Count = (2 * AuditExport.Batch) + 7;
        var user = await AddEventsAsync(Count, "a \"quoted\",\r\nbroken line and ünïcode");
        var page = await admin.GetAsync($"/app/audit?Input.Who={user}&Input.Category=Modified");
        var link = page.Document.QuerySelectorAll("a[download]").Single(one => one.TextContent.Trim() == button).GetAttribute("href")!;
        using var response = await admin.Http.GetAsync(link, HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).ShouldBe(200);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        response.Headers.TransferEncodingChunked.ShouldBe(true, "its size is not known when it begins");
        var disposition = response.Content.Headers.ContentDisposition!;
        disposition.DispositionType.ShouldBe("attachment");
        disposition.FileName!.Trim('"').ShouldMatch(@"^octologin-audit-\d{8}-\d{6}\.(jsonl|csv)$");
        var text = await response.Content.ReadAsStringAsync();
        var read = type == "text/csv" ? CsvMessages(text) : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()!)];
        read.ShouldBe(Enumerable.Range(1, Count).Reverse().Select(i => $"a \"quoted\",\r\nbroken line and ünïcode {i}"));

        var told = (await server.Admin.GetAsync("/api/events?eventCategories=EventsExported&take=1", 200)).Json.GetProperty("Items")[0];
        told.GetProperty("Username").GetString().ShouldBe("admin");
        told.GetProperty("Details").GetProperty("Users").Strings().ShouldBe([user]);
        told.GetProperty("Details").GetProperty("Categories").Strings().ShouldBe(["Modified"]);
    }

    [Fact]
    public async Task Exports_for_programs_what_the_list_has()
    {
        var space = await server.AddSpaceAsync();
        var listed = (await server.Admin.GetAsync($"/api/events?regarding={space}", 200)).Json.GetProperty("Items")[0];
        var line = (await server.Admin.GetAsync($"/api/{space}/events/export?format=jsonl&regarding={space}", 200)).Text;
        JsonDocument.Parse(line).RootElement.GetRawText().ShouldBe(listed.GetRawText());
        (await server.Admin.GetAsync("/api/events/export?format=xml", 400)).Error.ShouldContain("format must be jsonl or csv, not 'xml'.");
        (await server.Admin.GetAsync("/api/events/export?format=csv&users=Users-none", 200)).Text.ShouldBe(string.Join(',', AuditCsv.Columns.Select(column => $"\"{column}\"")) + "\r\n");
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a \"b\", c\r\nd", "\"a \"\"b\"\", c\r\nd\"")]
    [InlineData("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(1)", "\"'@SUM(1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("", "\"\"")]
    [InlineData(null, "\"\"")]
    public void A_spreadsheet_takes_no_text_of_a_stranger_for_a_formula(string? text, string field) => AuditCsv.Field(text).ShouldBe(field);

    public void Dispose() => admin.Dispose();

    private async Task<string[]> KindsAsync(string query) => (await admin.GetAsync($"/app/audit?{query}")).Texts("table td[data-label=What]");

    private static string[] Messages(PortalPageView page) => page.Texts("td[data-label=Event]");

    private Task<PortalPageView> FollowAsync(PortalPageView page, string rel) => admin.GetAsync(page.Document.QuerySelector($"a[rel={rel}]")!.GetAttribute("href")!);

    /// <summary>Events of somebody who did nothing else.</summary>
    /// <param name="category">SQL of the event's number, i.</param>
    private async Task<string> AddEventsAsync(int count, string message = "event", string category = "'Modified'", string[]? related = null)
    {
        var user = $"Users-{Guid.NewGuid():N}";
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"""
            insert into audit_events (occurred, category, user_id, username, established_with, message, related_document_ids)
            select now(), {category}, @user, 'somebody', 'test', @message || ' ' || i, @related from generate_series(1, @count) i
            """, new { user, message, count, related = related ?? [] });
        return user;
    }

    /// <summary>The messages of a file as RFC 4180 reads it.</summary>
    private static string[] CsvMessages(string text)
    {
        var (records, fields, field, quoted) = (new List<string[]>(), new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && (text[i] == ',' || text[i] == '\n'))
            {
                fields.Add(field.ToString());
                field.Clear();
                if (text[i] == '\n')
                {
                    records.Add([.. fields]);
                    fields.Clear();
                }
            }
            else if (quoted || text[i] != '\r')
            {
                field.Append(text[i]);
            }
        }
        (quoted, field.Length).ShouldBe((false, 0));
        records.ShouldAllBe(record => record.Length == AuditCsv.Columns.Count);
        records[0].ShouldBe(AuditCsv.Columns);
        var column = Array.IndexOf(records[0], "Message");
        return [.. records.Skip(1).Select(record => record[column])];
    }
}
