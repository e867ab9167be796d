using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>What a relying party made of a token: the account it saw, or why not.</summary>
public sealed record Verdict(bool Accepted, string Text);

/// <summary>
/// Somebody else's web application that trusts us with Microsoft's JwtBearer, set up as its documentation says: the authority and the
/// audience, nothing more. (Plain http is for loopback's sake.)
/// </summary>
internal sealed class RelyingParty : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient client;

    private RelyingParty(WebApplication app)
    {
        this.app = app;
        client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public static async Task<RelyingParty> StartAsync(string authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = authority;
            options.Audience = authority;
            options.RequireHttpsMetadata = false;
        });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/", (ClaimsPrincipal caller) => caller.FindFirstValue(ClaimTypes.NameIdentifier)).RequireAuthorization();
        await app.StartAsync();
        return new RelyingParty(app);
    }

    public async Task<Verdict> AskAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        return response.IsSuccessStatusCode
            ? new(true, await response.Content.ReadAsStringAsync())
            : new(false, $"{(int)response.StatusCode} {response.Headers.WwwAuthenticate}");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.StopAsync(new CancellationToken(true));
        await app.DisposeAsync();
    }
}
