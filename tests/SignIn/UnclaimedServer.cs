using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OctoLogin.Database;
using OctoLogin.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>A server that has no administrator, and what it printed. Each client comes from an address of its own.</summary>
public sealed class UnclaimedServer : IAsyncLifetime
{
    private readonly StringWriter output = new();
    private int clients;

    public ServerFixture Server { get; } = new() { HasAdministrator = false };

    public string Printed => output.ToString();

    public ValueTask InitializeAsync()
    {
        Server.Settings["TrustedProxies:0"] = "127.0.0.1";
        Server.AlsoReplace = services => services.Replace(ServiceDescriptor.Singleton(new StandardOutput(output)));
        return Server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>As a start does on a server without an administrator; any that a test has made are gone. Gives the code.</summary>
    public async Task<string> OfferAsync()
    {
        await ForgetAdministratorsAsync();
        return await OfferAgainAsync();
    }

    /// <summary>What the next start, or another replica's, does.</summary>
    public async Task<string> OfferAgainAsync()
    {
        await Server.Services.GetRequiredService<SetUp>().OfferAsync(Server.Url, default);
        return LastCode;
    }

    public string LastCode => Printed.TrimEnd().Split(' ')[^1];

    public async Task ForgetAdministratorsAsync()
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from team_members");
        ChangeFeed.ChangedHere(Server.Services.GetRequiredService<Npgsql.NpgsqlDataSource>());
    }

    public PortalClient Client()
    {
        var client = new PortalClient(Server.Url, null);
        client.Http.DefaultRequestHeaders.Add("X-Forwarded-For", $"198.51.100.{++clients}");
        return client;
    }

    /// <summary>The set-up's form with the token of a page; the status.</summary>
    public async Task<int> SendAsync(PortalClient client, PortalPageView page, string code, string username, string password = SignedIn.Password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/app/set-up")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["Input.Code"] = code, ["Input.Username"] = username, ["Input.Password"] = password,
                ["__RequestVerificationToken"] = page.Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!,
            }),
        };
        using var answer = await client.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
