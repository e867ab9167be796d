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

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        await Server.DisposeAsync();
        await github.DisposeAsync();
    }
}
