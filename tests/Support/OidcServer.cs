using System.Text.Json.Nodes;
using OctoLogin.Http;

namespace OctoLogin.Tests.Support;

/// <summary>A server whose <c>ServerUri</c> is one that clouds take.</summary>
public sealed class OidcServer : IAsyncLifetime
{
    public const string Issuer = "https://deploy.example.com";

    public OidcServer() => Server.Settings["ServerUri"] = Issuer;

    public ServerFixture Server { get; } = new();

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Accounts that a test needs to be there.</summary>
public static class TestAccounts
{
    public const string Accounts = Api.Space + "/accounts";
    public const string GoogleAudience = "https://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/octologin/providers/deploy";

    /// <summary>What an account of each type needs beside its name.</summary>
    public static JsonObject Fields(string type) => type switch
    {
        "AmazonWebServicesOidcAccount" => new() { ["RoleArn"] = "arn:aws:iam::123456789012:role/deploy" },
        "AzureOidc" or "AzureServicePrincipal" => new()
        {
            ["SubscriptionNumber"] = "11111111-2222-3333-4444-555555555555", ["ClientId"] = "22222222-2222-3333-4444-555555555555", ["TenantId"] = "33333333-2222-3333-4444-555555555555",
            ["Password"] = type == "AzureOidc" ? null : Secret(),
        },
        "GoogleCloudOidcAccount" => new() { ["Audience"] = GoogleAudience },
        "AmazonWebServicesAccount" => new() { ["AccessKey"] = "AKIAEXAMPLE", ["SecretKey"] = Secret() },
        "Token" => new() { ["Token"] = Secret() },
        "UsernamePassword" => new() { ["Username"] = "deploy", ["Password"] = Secret() },
        _ => [],
    };

    /// <summary>As it is sent to be made.</summary>
    public static JsonObject Body(string type, object? more = null, string? name = null)
    {
        var body = Fields(type);
        (body["Name"], body["AccountType"]) = (name ?? Tenancy.Unique("account"), type);
        foreach (var (key, value) in more is null ? [] : System.Text.Json.JsonSerializer.SerializeToNode(more, Json.Options)!.AsObject())
        {
            body[key] = value?.DeepClone();
        }
        return body;
    }

    public static Task<ApiAnswer> AddAccountAsync(this ServerFixture server, string type, object? more = null, string? name = null, string space = Api.Space) =>
        server.Admin.MakeAsync($"{space}/accounts", Body(type, more, name));

    public static JsonObject Secret(string value = "a-secret") => new() { ["HasValue"] = true, ["NewValue"] = value };
}
