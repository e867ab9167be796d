using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>A server with a GitHub API beside it that knows one repository.</summary>
public sealed class IdentityServer : IAsyncLifetime
{
    private FakeHttpServer github = null!;

    public ServerFixture Server { get; } = new();
    public PortalClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        github = await FakeHttpServer.StartAsync(request => request.Path == "/repos/octo-org/hello-octopus"
            ? new FakeAnswer(200, """{"id":74,"name":"hello-octopus","owner":{"login":"octo-org","id":65},"default_branch":"main"}""")
            : new FakeAnswer(404, """{"message":"Not Found"}"""));
        Server.Settings["GitHub:ApiUrl"] = github.Url;
        await Server.InitializeAsync();
        Admin = new PortalClient(Server.Url, ServerFixture.AdminApiKey);
    }

    /// <summary>Somebody with these system permissions and no others.</summary>
    public async Task<PortalClient> SomebodyAsync(params string[] permissions)
    {
        var caller = await Server.AddCallerAsync(permissions.Length == 0 ? [] : [await Server.AddRoleAsync(system: permissions)]);
        return new PortalClient(Server.Url, caller.ApiKey);
    }

    /// <summary>Sends a form that a page did not offer, with the token of one that it did, so that nothing but the right to do it is missing.</summary>
    public async Task ShouldBeForbiddenAsync(PortalClient client, string path, params (string Name, string Value)[] fields)
    {
        var (account, _) = await Server.AddServiceAccountAsync();
        var token = (await client.GetAsync($"/app/service-accounts/{account}/test-token")).Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        using var response = await client.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(403, path);
        (await response.Content.ReadAsStringAsync()).ShouldContain("does not have the permission", customMessage: path);
    }

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        await Server.DisposeAsync();
        await github.DisposeAsync();
    }
}
