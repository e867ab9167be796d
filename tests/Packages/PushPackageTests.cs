using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

public sealed class PushPackageTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(PackageContents.ChunkBytes - 1)]
    [InlineData(PackageContents.ChunkBytes)]
    [InlineData(PackageContents.ChunkBytes + 1)]
    [InlineData((3 * PackageContents.ChunkBytes) + 77)]
    public async Task Is_there_byte_for_byte_afterwards(int size)
    {
        var bytes = PackageFiles.Bytes(size);
        var pushed = (await server.Admin.PushAsync($"Acme.Sized.1.0.{size}-rc.1+5.nupkg", bytes)).ShouldBe(201);
        (pushed.Id, pushed["PackageId"], pushed["Version"], pushed["FileExtension"], pushed["FeedId"], pushed["SpaceId"], pushed["PackageSizeBytes"], pushed["Sha256"]).ShouldBe((
            $"packages-Acme.Sized.1.0.{size}-rc.1+5", "Acme.Sized", $"1.0.{size}-rc.1+5", ".nupkg", "feeds-builtin", "Spaces-1", $"{size}", Convert.ToHexStringLower(SHA256.HashData(bytes))));
        pushed.Json.GetProperty("PackageVersionBuildInformation").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.EventAsync(pushed)).ShouldBe(("Created", $"Package Acme.Sized.1.0.{size}-rc.1+5.nupkg was created"));

        (await server.Admin.DownloadAsync(pushed.Id)).ShouldBe(bytes);
        (await server.Admin.SeeAsync($"{Api.Space}/packages/{pushed.Id}")).Text.ShouldBe(pushed.Text);
        (await server.Admin.SeeAsync($"/api/packages/acme.sized.1.0.{size}-RC.1+5")).Text.ShouldBe(pushed.Text, "without packages-, without case, in the default space");
    }

    [Fact]
    public async Task Is_refused_when_that_version_is_there_and_names_the_modes()
    {
        await server.MakePackageAsync("Acme.Twice.1.0.0.zip", PackageFiles.Bytes(10));
        var refused = (await server.Admin.PushAsync("ACME.twice.1.0.0.tar.gz", PackageFiles.Bytes(3_000_000)))
            .ShouldBeRefused(409, "A package with the same name and version already exists", "Acme.Twice.1.0.0.zip", "IgnoreIfExists", "OverwriteExisting", "BuiltInFeedAdminister");
        (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();
        (await server.Admin.DownloadAsync("packages-Acme.Twice.1.0.0")).ShouldBe(PackageFiles.Bytes(10));
    }

    [Theory]
    [InlineData("?overwriteMode=OverwriteExisting")]
    [InlineData("?overwriteMode=overwriteexisting")]
    [InlineData("?replace=true")]
    public async Task Replaces_what_is_there_when_asked_to(string query)
    {
        var name = $"Acme.Replaced.{Guid.NewGuid():N}.1.0.0";
        await server.MakePackageAsync($"{name}.zip", PackageFiles.Bytes(10));
        var replaced = (await server.Admin.PushAsync($"{name}.tar.gz", PackageFiles.Bytes(20, seed: 2), query)).ShouldBe(201);
        (replaced.Id, replaced["FileExtension"], replaced["PackageSizeBytes"]).ShouldBe(($"packages-{name}", ".tar.gz", "20"));
        (await server.EventAsync(replaced)).ShouldBe(("Modified", $"Package {name}.tar.gz was changed"));
        (await server.Admin.DownloadAsync(replaced.Id)).ShouldBe(PackageFiles.Bytes(20, seed: 2));
    }

    [Fact]
    public async Task Keeps_what_is_there_when_asked_to_and_succeeds()
    {
        var first = await server.MakePackageAsync("Acme.Kept.1.0.0.zip", PackageFiles.Bytes(10));
        var again = (await server.Admin.PushAsync("Acme.Kept.1.0.0.zip", PackageFiles.Bytes(5_000_000), "?overwriteMode=IgnoreIfExists&replace=true")).ShouldBe(200);
        again.Text.ShouldBe(first.Text);
        (await server.EventsAsync(again.CorrelationId)).ShouldBeEmpty();
        (await server.Admin.PushAsync("Acme.Kept.1.0.1.zip", PackageFiles.Bytes(10), "?overwriteMode=IgnoreIfExists")).ShouldBe(201);
    }

    [Fact]
    public async Task Wants_a_mode_that_there_is() =>
        (await server.Admin.PushAsync("Acme.Mode.1.0.0.zip", PackageFiles.Bytes(1), "?overwriteMode=Always")).ShouldBeRefused(400, "'Always'", "FailIfExists, OverwriteExisting, IgnoreIfExists");

    [Theory]
    [InlineData("Acme.Web.zip", "'Acme.Web.zip' has no version", "Acme.Web.1.2.3-rc.1+5.nupkg")]
    [InlineData("Acme.Web.1.0.exe", "'Acme.Web.1.0.exe' has none of a package's extensions", ".tar.gz")]
    [InlineData("1.0.zip", "'1' is not a package's Id", "Acme.Web.1.2.3.zip")]
    [InlineData("Acme..Web.1.0.zip", "'Acme..Web' is not a package's Id", "single")]
    [InlineData("../../Acme Web.1.0.zip", "'Acme Web' is not a package's Id", "A-Z")]
    public async Task Says_what_a_good_name_looks_like(string name, params string[] errors)
    {
        var before = await server.CountAsync("packages");
        (await server.Admin.PushAsync(name, PackageFiles.Bytes(2_000_000))).ShouldBeRefused(400, errors);
        (await server.CountAsync("packages")).ShouldBe(before);
    }

    [Fact]
    public async Task Takes_the_name_after_the_folders_that_some_clients_send()
    {
        (await server.Admin.PushAsync("""C:\build\out\Acme.Folder.1.0.0.zip""", PackageFiles.Bytes(1))).ShouldBe(201).Id.ShouldBe("packages-Acme.Folder.1.0.0");
        (await server.Admin.PushAsync("./out/Acme.Folder.1.0.1.zip", PackageFiles.Bytes(1))).ShouldBe(201).Id.ShouldBe("packages-Acme.Folder.1.0.1");
    }

    [Fact]
    public async Task Wants_one_file_that_is_not_empty_in_a_form()
    {
        var before = await server.CountAsync("packages");
        (await server.Admin.PushAsync("Acme.Empty.1.0.0.zip", [])).ShouldBeRefused(400, "'Acme.Empty.1.0.0.zip' is empty");
        (await server.Admin.PostRawAsync(new ByteArrayContent([1, 2, 3]))).ShouldBeRefused(400, "multipart/form-data", "curl --form");
        using var fields = new MultipartFormDataContent { { new StringContent("x"), "y" } };
        (await server.Admin.PostRawAsync(fields)).ShouldBeRefused(400, "The form has no file");
        using var two = new MultipartFormDataContent
        {
            { new StringContent("a field before the file"), "note" },
            { new ByteArrayContent([1]), "a", "Acme.One.1.0.0.zip" },
            { new ByteArrayContent([2]), "b", "Acme.Two.1.0.0.zip" },
        };
        (await server.Admin.PostRawAsync(two)).ShouldBeRefused(400, "more than one file", "'Acme.One.1.0.0.zip'", "'Acme.Two.1.0.0.zip'");
        (await server.CountAsync("packages")).ShouldBe(before);
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"Acme.Cut.1.0.0.zip\"\r\n\r\nsome bytes")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"Acme.Cut.1.0.0.zip\"\r\n\r\nsome bytes\r\n--b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"Acme.Cut.1.0.0.zip\"\r\n")]
    [InlineData("no form at all")]
    [InlineData("")]
    public async Task Takes_nothing_from_a_form_that_is_cut_short(string body)
    {
        var before = await server.CountAsync("packages");
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        (await server.Admin.PostRawAsync(content)).ShouldBeRefused(400, "not the whole of a multipart/form-data");
        (await server.CountAsync("packages")).ShouldBe(before);
    }

    [Fact]
    public async Task Of_two_at_the_same_moment_one_wins_by_the_overwrite_mode()
    {
        for (var round = 0; round < 5; round++)
        {
            foreach (var (mode, statuses) in new[] { ("FailIfExists", "201 409 409 409"), ("IgnoreIfExists", "200 200 200 201"), ("OverwriteExisting", "201 201 201 201") })
            {
                var name = $"Acme.{mode}.1.0.{round}";
                var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => server.Admin.PushAsync($"{name}.zip", PackageFiles.Bytes(2_000_000, seed: i), $"?overwriteMode={mode}")));
                string.Join(' ', answers.Select(answer => answer.Status).Order()).ShouldBe(statuses, mode);
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(await server.Admin.DownloadAsync($"packages-{name}")));
                sha256.ShouldBe((await server.Admin.SeeAsync($"{Api.Space}/packages/{name}"))["Sha256"]);
                answers.Where(answer => answer.Status < 300).Select(answer => answer["Sha256"]).ShouldContain(sha256);
            }
        }
    }

    [Fact]
    public async Task Is_asked_for_its_permission_before_a_byte_is_read()
    {
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        // Headers alone: whoever reads the body first waits for ever.
        var answer = await SendHeadersAsync(viewer.ApiKey, "multipart/form-data; boundary=b", 1_000_000);
        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("BuiltInFeedPush");
    }

    [Fact]
    public async Task Is_refused_before_a_byte_is_read_when_it_says_that_it_is_too_large()
    {
        var answer = await SendHeadersAsync(ServerFixture.AdminApiKey, "multipart/form-data; boundary=b", 2L << 30);
        answer.ShouldStartWith("HTTP/1.1 413");
        answer.ShouldContain("at most 1073741824 bytes");
        answer.ShouldContain("Packages:MaxBytes");
    }

    [Fact]
    public async Task A_build_server_pushes_new_versions_and_does_not_replace_old_ones()
    {
        var build = await server.AddCallerAsync("userroles-buildserver@Spaces-1");
        (await build.Client.PushAsync("Acme.Ci.1.0.0.zip", PackageFiles.Bytes(10), "?overwriteMode=OverwriteExisting")).ShouldBe(201);
        (await build.Client.PushAsync("Acme.Ci.1.0.0.zip", PackageFiles.Bytes(11), "?overwriteMode=OverwriteExisting")).ShouldBeRefused(403, "BuiltInFeedAdminister");
        (await build.Client.DownloadAsync("packages-Acme.Ci.1.0.0")).ShouldBe(PackageFiles.Bytes(10));
        (await build.Client.SendAsync("DELETE", $"{Api.Space}/packages/packages-Acme.Ci.1.0.0")).ShouldBeRefused(403, "BuiltInFeedAdminister");
        (await build.Client.SendAsync("DELETE", $"{Api.Space}/packages/bulk?ids=packages-Acme.Ci.1.0.0")).ShouldBeRefused(403, "BuiltInFeedAdminister");
        await server.Admin.SeeAsync($"{Api.Space}/packages/packages-Acme.Ci.1.0.0");
    }

    [Fact]
    public async Task Leaves_no_bytes_of_refused_pushes_behind()
    {
        (await server.Admin.PushAsync("Acme.Leftover.1.0.0.zip", [])).ShouldBe(400);
        await server.MakePackageAsync("Acme.Leftover.1.0.0.zip");
        await Task.WhenAll(Enumerable.Range(1, 3).Select(_ => server.Admin.PushAsync("Acme.Leftover.1.0.0.zip", PackageFiles.Bytes(1_500_000))));
        await server.Services.GetRequiredService<PackageContents>().RemoveLeftoversAsync(TestContext.Current.CancellationToken);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await connection.ExecuteScalarAsync<long>("select count(*) from package_contents where state = 'Discarded' and discarded_at = '-infinity'")).ShouldBe(0);
        (await connection.ExecuteScalarAsync<long>("select count(*) from package_contents where state = 'Pushing'")).ShouldBe(0);
    }

    private async Task<string> SendHeadersAsync(string apiKey, string contentType, long length)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(server.Url).Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Api.Space}/packages/raw HTTP/1.1\r\nHost: here\r\nX-Octopus-ApiKey: {apiKey}\r\nContent-Type: {contentType}\r\nContent-Length: {length}\r\n\r\n"), TestContext.Current.CancellationToken);
        var (text, buffer) = ("", new byte[4096]);
        // Not to the end of the connection, which the server keeps open for a body that does not come.
        while (!text.Contains('}', StringComparison.Ordinal))
        {
            text += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(3)));
        }
        return text;
    }
}
