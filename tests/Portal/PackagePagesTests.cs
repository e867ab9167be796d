using System.Net.Http.Headers;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>The built-in feed in the portal.</summary>
public sealed class PackagePagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default/packages";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task A_package_is_uploaded_found_downloaded_replaced_and_deleted_when_its_version_was_typed()
    {
        var id = $"Acme{Guid.NewGuid():N}"[..12];
        (await admin.GetAsync($"{Here}/upload")).Document.QuerySelector("form[enctype='multipart/form-data'] input[type=file]").ShouldNotBeNull();
        (await UploadAsync(admin, "no-version.txt", [1])).ShouldBe((400, true));
        (await UploadAsync(admin, $"{id}.1.0.0.zip", PackageFiles.Bytes(100))).Status.ShouldBe(302);
        (await UploadAsync(admin, $"{id}.1.0.0.zip", PackageFiles.Bytes(100))).ShouldBe((409, true));
        (await UploadAsync(admin, $"{id}.1.0.0.zip", PackageFiles.Bytes(200, 2), "?mode=replace")).Status.ShouldBe(302);
        (await UploadAsync(admin, $"{id}.2.0.0.zip", PackageFiles.Bytes(100))).Status.ShouldBe(302);

        (await admin.GetAsync($"{Here}?q={id}")).Texts("main tbody tr").Single().ShouldStartWith($"{id} 2.0.0");
        var page = await admin.GetAsync($"{Here}/versions?id={id}");
        page.Texts("main tbody th").ShouldBe(["2.0.0 .zip", "1.0.0 .zip"]);
        (await admin.Http.GetByteArrayAsync(page.Document.QuerySelectorAll("main tbody a")[1].GetAttribute("href"))).ShouldBe(PackageFiles.Bytes(200, 2));
        (await admin.SubmitAsync(page, "Delete 1.0.0", 200, ("confirm", "2.0.0"))).Words.ShouldContain("nothing was deleted");
        page = await admin.SubmitAsync(page, "Delete 1.0.0", 200, ("confirm", "1.0.0"));
        page.Texts("main tbody th").ShouldBe(["2.0.0 .zip"]);
        await admin.SubmitAsync(page, "Delete 2.0.0", 200, ("confirm", "2.0.0"));
        await admin.GetAsync($"{Here}/versions?id={id}", 404);
    }

    [Fact]
    public async Task A_form_of_another_site_uploads_nothing()
    {
        var name = $"Forged{Guid.NewGuid():N}"[..14];
        (await UploadAsync(admin, $"{name}.1.0.0.zip", [1], site: "cross-site")).Status.ShouldBe(403);
        await admin.GetAsync($"{Here}/versions?id={name}", 404);
    }

    [Fact]
    public async Task Who_may_only_look_pushes_and_deletes_nothing_and_who_may_push_does_not_replace()
    {
        var name = $"Kept{Guid.NewGuid():N}"[..12];
        await server.MakePackageAsync($"{name}.1.0.0.zip");
        var (viewer, publisher) = (await server.AddCallerAsync("userroles-projectviewer@Spaces-1"), await server.AddCallerAsync("userroles-packagepublisher@Spaces-1"));
        using var reader = new PortalClient(server.Url, viewer.ApiKey);
        (await reader.GetAsync($"{Here}/versions?id={name}")).Texts("main button").ShouldBeEmpty();
        await reader.GetAsync($"{Here}/upload", 403);
        (await UploadAsync(reader, $"{name}.1.0.1.zip", [1])).Status.ShouldBe(403);
        (await reader.PostAsync($"{Here}/versions?handler=Delete", ("package", $"packages-{name}.1.0.0"), ("confirm", "1.0.0"))).ShouldBe(403);
        using var pusher = new PortalClient(server.Url, publisher.ApiKey);
        (await UploadAsync(pusher, $"{name}.1.0.0.zip", [1], "?mode=replace")).Status.ShouldBe(403);
        (await UploadAsync(pusher, $"{name}.1.0.1.zip", [1])).Status.ShouldBe(302);
        var outside = await server.AddCallerAsync();
        using var nobody = new PortalClient(server.Url, outside.ApiKey);
        await nobody.GetAsync(Here, 403);
    }

    /// <returns>The status, and whether the page says what is wrong.</returns>
    private static async Task<(int Status, bool IsTold)> UploadAsync(PortalClient client, string fileName, byte[] bytes, string query = "", string site = "same-origin")
    {
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { file, "file", fileName } };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Here}/upload{query}") { Content = form };
        request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await client.Http.SendAsync(request);
        return ((int)response.StatusCode, (await response.Content.ReadAsStringAsync()).Contains("role=\"alert\"", StringComparison.Ordinal));
    }

    public void Dispose() => admin.Dispose();
}
