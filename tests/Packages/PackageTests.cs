using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dapper;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

public sealed class PackageTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Packages = Api.Space + "/packages";

    [Fact]
    public async Task Are_listed_by_name_and_of_each_the_newest_version_first()
    {
        foreach (var version in new[] { "1.9.0", "1.10.0", "1.10.0-rc.2", "1.10.0-rc.10", "1.2", "2024.11.20.3", "20241120123456.1" })
        {
            await server.MakePackageAsync($"List.Web.{version}.zip");
        }
        await server.MakePackageAsync("list.db.1.0.0.zip");
        await server.MakePackageAsync("List.Website.1.0.0.zip");
        string[] web = ["20241120123456.1", "2024.11.20.3", "1.10.0", "1.10.0-rc.10", "1.10.0-rc.2", "1.9.0", "1.2"];

        (await server.Admin.SeeAsync($"{Packages}?nuGetPackageId=LIST.WEB")).Names("Version").ShouldBe(web);
        (await server.Admin.SeeAsync($"{Packages}?filter=list.&take=1000")).Names("PackageId").ShouldBe(["list.db", .. Enumerable.Repeat("List.Web", 7), "List.Website"]);
        (await server.Admin.SeeAsync($"{Packages}?filter=LIST.&latest=true&includeNotes=true")).Names("Id").ShouldBe(["packages-list.db.1.0.0", "packages-List.Web.20241120123456.1", "packages-List.Website.1.0.0"]);
        (await server.Admin.SeeAsync($"{Packages}?nuGetPackageId=List.Web&latest=true")).Names("Version").ShouldBe(web[..1]);
        (await server.Admin.SeeAsync($"{Packages}?ids=PACKAGES-list.db.1.0.0,packages-none.1.0")).Names("PackageId").ShouldBe(["list.db"]);
        (await server.Admin.SeeAsync($"{Packages}?filter=L_st.")).Names("Id").ShouldBeEmpty("its wildcards are letters");
        var page = await server.Admin.SeeAsync($"{Packages}?nuGetPackageId=list.web&skip=2&take=2");
        page.Names("Version").ShouldBe(web[2..4]);
        (page["TotalResults"], page["ItemType"]).ShouldBe(("7", "Package"));

        (await server.Admin.SeeAsync($"{Api.Space}/feeds/feeds-builtin/packages/versions?packageId=list.web&take=3")).Names("Version").ShouldBe(web[..3]);
        var found = await server.Admin.SeeAsync($"{Api.Space}/feeds/feeds-builtin/packages/search?term=list.w");
        found.Names("Id").ShouldBe(["List.Web", "List.Website"]);
        found.Names("LatestVersion").ShouldBe(["20241120123456.1", "1.0.0"]);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/feeds/feeds-builtin/packages/versions")).ShouldBeRefused(400, "packageId");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/feeds/feeds-none/packages/search")).ShouldBeRefused(404, "feed 'feeds-none'");
    }

    [Fact]
    public async Task Are_served_in_ranges_and_not_again_when_they_are_known()
    {
        var bytes = PackageFiles.Bytes((2 * PackageContents.ChunkBytes) + 500);
        var package = await server.MakePackageAsync("Range.Web.1.0.0.zip", bytes);
        var (chunk, last) = (PackageContents.ChunkBytes, bytes.Length - 1);
        foreach (var (from, to) in new (int?, int?)[] { (0, 0), (0, 99), (chunk - 1, chunk), (chunk, chunk), ((2 * chunk) - 10, (2 * chunk) + 10), (5, null), (null, 7), (last, last), (100, last + 1000) })
        {
            using var answer = await SendAsync(package.Id, request => request.Headers.Range = new RangeHeaderValue(from, to));
            var start = from ?? bytes.Length - to!.Value;
            var end = from is null ? last : Math.Min(to ?? last, last);
            answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            answer.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {start}-{end}/{bytes.Length}");
            (await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(bytes.AsSpan(start, end - start + 1)).ShouldBeTrue($"{from}-{to}");
        }
        using var beyond = await SendAsync(package.Id, request => request.Headers.Range = new RangeHeaderValue(bytes.Length, null));
        beyond.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);

        using var whole = await SendAsync(package.Id, _ => { });
        (whole.StatusCode, whole.Content.Headers.ContentLength, whole.Content.Headers.ContentDisposition!.FileName).ShouldBe((HttpStatusCode.OK, bytes.Length, "Range.Web.1.0.0.zip"));
        whole.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        whole.Headers.ETag!.Tag.ShouldBe($"\"{package["Sha256"]}\"");
        using var known = await SendAsync(package.Id, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var changed = await SendAsync(package.Id, request => (request.Headers.Range, request.Headers.IfRange) = (new RangeHeaderValue(0, 1), new RangeConditionHeaderValue("\"other\"")));
        changed.StatusCode.ShouldBe(HttpStatusCode.OK, "another content than the one that it has a part of");
    }

    [Fact]
    public async Task Are_deleted_one_and_many()
    {
        foreach (var version in Enumerable.Range(1, 4))
        {
            await server.MakePackageAsync($"Delete.Web.{version}.0.0.zip");
        }
        var one = (await server.Admin.SendAsync("DELETE", $"{Packages}/packages-delete.web.1.0.0")).ShouldBe(200);
        (await server.EventAsync(one)).ShouldBe(("Deleted", "Package Delete.Web.1.0.0.zip was deleted"));
        (await server.Admin.SendAsync("GET", $"{Packages}/packages-Delete.Web.1.0.0")).ShouldBeRefused(404, "package 'packages-Delete.Web.1.0.0'");
        (await server.Admin.SendAsync("GET", $"{Packages}/packages-Delete.Web.1.0.0/raw")).ShouldBeRefused(404, "package");
        (await server.Admin.SendAsync("DELETE", $"{Packages}/packages-Delete.Web.1.0.0")).ShouldBeRefused(404, "package");

        var many = (await server.Admin.SendAsync("DELETE", $"{Packages}/bulk?ids=packages-Delete.Web.1.0.0,packages-Delete.Web.2.0.0&ids=packages-Delete.Web.4.0.0")).ShouldBe(200);
        (await server.EventsAsync(many.CorrelationId)).Count().ShouldBe(2);
        (await server.Admin.SeeAsync($"{Packages}?nuGetPackageId=delete.web")).Names("Version").ShouldBe(["3.0.0"]);
        (await server.Admin.SendAsync("DELETE", $"{Packages}/bulk")).ShouldBeRefused(400, "ids=");
        (await server.Admin.PushAsync("Delete.Web.1.0.0.zip", PackageFiles.Bytes(1))).ShouldBe(201);
    }

    [Fact]
    public async Task Of_other_spaces_are_not_seen_and_not_touched()
    {
        var other = await server.AddSpaceAsync();
        await server.MakePackageAsync("Space.Web.1.0.0.zip", PackageFiles.Bytes(10));
        await server.MakePackageAsync("Space.Web.1.0.0.zip", PackageFiles.Bytes(20, seed: 2), $"/api/{other}");
        await server.MakePackageAsync("Space.Web.2.0.0.zip", PackageFiles.Bytes(20), $"/api/{other}");
        (await server.Admin.SeeAsync($"{Packages}?nuGetPackageId=Space.Web")).Names("Version").ShouldBe(["1.0.0"]);
        (await server.Admin.SendAsync("GET", $"{Packages}/packages-Space.Web.2.0.0/raw")).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"{Packages}/packages-Space.Web.2.0.0")).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"{Packages}/bulk?ids=packages-Space.Web.2.0.0")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Packages}/packages-Space.Web.1.0.0")).ShouldBe(200);
        (await server.Admin.DownloadAsync("packages-Space.Web.1.0.0", $"/api/{other}")).ShouldBe(PackageFiles.Bytes(20, seed: 2));
        (await server.Admin.SeeAsync($"/api/{other}/packages?nuGetPackageId=Space.Web")).Names("Version").ShouldBe(["2.0.0", "1.0.0"]);

        var publisher = await server.AddCallerAsync($"userroles-packagepublisher@{other}");
        (await publisher.Client.PushAsync("Space.Web.3.0.0.zip", PackageFiles.Bytes(1))).ShouldBeRefused(403, "BuiltInFeedPush");
        (await publisher.Client.PushAsync("Space.Web.3.0.0.zip", PackageFiles.Bytes(1), space: $"/api/{other}")).ShouldBe(201);
        (await server.Admin.SendAsync("DELETE", $"/api/spaces/{other}")).ShouldBeRefused(409, "still holds");
    }

    [Fact]
    public async Task Are_for_who_may_see_and_download_them()
    {
        await server.MakePackageAsync("Seen.Web.1.0.0.zip");
        var role = await server.AddRoleAsync(["FeedView"]);
        var viewer = await server.AddCallerAsync($"{role}@Spaces-1");
        await viewer.Client.SeeAsync($"{Packages}/packages-Seen.Web.1.0.0");
        (await viewer.Client.SendAsync("GET", $"{Packages}/packages-Seen.Web.1.0.0/raw")).ShouldBeRefused(403, "BuiltInFeedDownload");
        var downloader = await server.AddCallerAsync($"{await server.AddRoleAsync(["BuiltInFeedDownload"])}@Spaces-1");
        (await downloader.Client.DownloadAsync("packages-Seen.Web.1.0.0")).Length.ShouldBe(100);
        foreach (var path in new[] { "packages", "packages/packages-Seen.Web.1.0.0", "feeds/feeds-builtin/packages/search", "feeds/feeds-builtin/packages/versions?packageId=a" })
        {
            (await downloader.Client.SendAsync("GET", $"{Api.Space}/{path}")).ShouldBeRefused(403, "FeedView");
        }
    }

    [Fact]
    public async Task A_token_that_may_only_push_pushes_and_no_more()
    {
        await server.MakePackageAsync("Token.Web.1.0.0.zip");
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-spacemanager");
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", "BuiltInFeedPush"));
        using var client = server.ClientWithToken(answer.AccessToken);
        (await client.PushAsync("Token.Web.2.0.0.zip", PackageFiles.Bytes(1))).ShouldBe(201);
        (await client.PushAsync("Token.Web.1.0.0.zip", PackageFiles.Bytes(1), "?overwriteMode=OverwriteExisting")).ShouldBeRefused(403, "BuiltInFeedAdminister", "scope");
        (await client.SendAsync("GET", $"{Packages}/packages-Token.Web.1.0.0/raw")).ShouldBeRefused(403, "BuiltInFeedDownload", "scope");
    }

    [Fact]
    public async Task Are_served_by_every_replica()
    {
        var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
        var bytes = PackageFiles.Bytes(3_000_000);
        await server.MakePackageAsync("Replica.Web.1.0.0.zip", bytes);
        (await replica.DownloadAsync("packages-Replica.Web.1.0.0")).ShouldBe(bytes);
        (await replica.PushAsync("Replica.Web.1.0.0.zip", bytes)).ShouldBeRefused(409, "already exists");
    }

    [Fact]
    public async Task A_download_of_what_is_deleted_meanwhile_comes_to_its_end_within_the_hour_and_breaks_off_after_it()
    {
        var bytes = PackageFiles.Bytes(3 * PackageContents.ChunkBytes);
        await server.MakePackageAsync("Deleted.Web.1.0.0.zip", bytes);
        var database = server.Services.GetRequiredService<Npgsql.NpgsqlDataSource>();
        var package = await server.Services.GetRequiredService<PackageStore>().FindAsync("Spaces-1", "Deleted.Web", "1.0.0", TestContext.Current.CancellationToken);
        await using var early = new PackageStream(database, package!);
        await using var late = new PackageStream(database, package!);
        var buffer = new byte[bytes.Length];
        await early.ReadExactlyAsync(buffer.AsMemory(0, 1000), TestContext.Current.CancellationToken);
        await late.ReadExactlyAsync(buffer.AsMemory(0, 1000), TestContext.Current.CancellationToken);

        (await server.Admin.SendAsync("DELETE", $"{Packages}/packages-Deleted.Web.1.0.0")).ShouldBe(200);
        var contents = server.Services.GetRequiredService<PackageContents>();
        await contents.RemoveLeftoversAsync(TestContext.Current.CancellationToken);
        await early.ReadExactlyAsync(buffer.AsMemory(1000), TestContext.Current.CancellationToken);
        buffer.ShouldBe(bytes);

        server.Clock.Advance(PackageContents.Grace + TimeSpan.FromMinutes(1));
        (await contents.RemoveLeftoversAsync(TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
        (await ChunksAsync(package!.ContentNumber)).ShouldBe(0);
        (await Should.ThrowAsync<IOException>(() => late.ReadExactlyAsync(buffer.AsMemory(1000), TestContext.Current.CancellationToken).AsTask())).Message.ShouldContain("deleted");
    }

    [Fact]
    public async Task A_push_that_stood_still_for_an_hour_is_cleared_away_and_one_that_goes_on_is_not()
    {
        var contents = server.Services.GetRequiredService<PackageContents>();
        var (dead, slow) = (new StandingStream(), new StandingStream());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var dying = contents.WriteAsync(dead, long.MaxValue, end.Token);
        await Eventually.TrueAsync(async () => (await PushingAsync()).Length == 1, "the first has begun");
        var going = contents.WriteAsync(slow, long.MaxValue, end.Token);
        await dead.GiveAsync(2);
        await slow.GiveAsync(2);
        await Eventually.TrueAsync(async () => (await PushingAsync()).Length == 2, "the second has begun");
        var numbers = await PushingAsync();
        await Eventually.TrueAsync(async () => await ChunksAsync(numbers[0]) + await ChunksAsync(numbers[1]) == 4, "all chunks are written");
        server.Clock.Advance(PackageContents.Grace - TimeSpan.FromMinutes(5));
        await slow.GiveAsync(2);
        await Eventually.TrueAsync(async () => await ChunksAsync(numbers[1]) >= 3, "the chunk is written");
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await contents.RemoveLeftoversAsync(TestContext.Current.CancellationToken);
        (await PushingAsync()).ShouldBe([numbers[1]]);
        (await ChunksAsync(numbers[0])).ShouldBe(0);

        slow.End();
        var written = await going;
        written.SizeBytes.ShouldBe(4L * PackageContents.ChunkBytes);
        // What came back to life finds its place gone.
        await dead.GiveAsync(2);
        dead.End();
        (await Should.ThrowAsync<Npgsql.PostgresException>(dying)).ConstraintName.ShouldBe("package_chunks_content_fkey");
        await contents.AbandonAsync(written.Number);
    }

    [Fact]
    public async Task A_content_of_which_a_chunk_was_lost_is_not_published()
    {
        var contents = server.Services.GetRequiredService<PackageContents>();
        var content = await contents.WriteAsync(new MemoryStream(PackageFiles.Bytes(3_000_000)), long.MaxValue, TestContext.Current.CancellationToken);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("delete from package_chunks where content_number = @Number and ordinal = 1", new { content.Number });
        var refused = await Should.ThrowAsync<OctoLogin.Http.ApiException>(() => PackageContents.PublishAsync(connection, content, TestContext.Current.CancellationToken));
        (refused.Status, refused.Message).ShouldBe((409, "A part of the package was lost: the database restarted, or the push stood still for more than 60 minutes. Push it again."));
        await contents.AbandonAsync(content.Number);
    }

    private async Task<HttpResponseMessage> SendAsync(string id, Action<HttpRequestMessage> set)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Packages}/{id}/raw");
        set(request);
        return await server.Admin.SendAsync(request);
    }

    private async Task<long> ChunksAsync(long number)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>("select count(*) from package_chunks where content_number = @number", new { number });
    }

    private async Task<long[]> PushingAsync()
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return [.. await connection.QueryAsync<long>("select number from package_contents where state = 'Pushing' order by number")];
    }

    /// <summary>Gives bytes when it is told to.</summary>
    private sealed class StandingStream : MemoryStream
    {
        private readonly System.IO.Pipelines.Pipe pipe = new(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 0));

        public async Task GiveAsync(int chunks)
        {
            for (var i = 0; i < chunks; i++)
            {
                await pipe.Writer.WriteAsync(PackageFiles.Bytes(PackageContents.ChunkBytes));
            }
        }

        public void End() => pipe.Writer.Complete();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => pipe.Reader.AsStream().ReadAsync(buffer, cancellationToken);
    }
}
