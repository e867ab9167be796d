using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>What the verbs set for issuers and end of their tokens, without a server.</summary>
public sealed class IssuerVerbTests(VerbFixture verbs) : IClassFixture<VerbFixture>
{
    private const string Issuer = "https://ghe.example.com/_services/token";

    [Fact]
    public async Task Sets_disables_enables_and_resets_an_issuer()
    {
        using var certificates = new TestCertificates();
        using var key = RSA.Create(2048);
        using var folder = new TestDirectory();
        File.WriteAllText(folder["jwks.json"], JsonSerializer.Serialize(new { keys = new[] { TestIssuer.JwkOf(key, "k1") } }));
        await verbs.JsonAsync("service-account", "create", "ghe");
        await verbs.JsonAsync("identity", "add", "ghe", "--name", "ghe", "--issuer", Issuer, "--subject", "repo:acme/web:ref:refs/heads/main");

        (await verbs.RunAsync("issuer", "set", Issuer, "--ca", certificates.CaFile)).Output
            .ShouldBe($"Issuer {Issuer} is enabled; its keys are fetched, by a CA of its own; 1 OIDC identity trusts it.\n");
        (await verbs.RunAsync("issuer", "set", Issuer, "--no-ca", "--jwks", folder["jwks.json"])).Output
            .ShouldBe($"Issuer {Issuer} is enabled; its keys are uploaded; 1 OIDC identity trusts it.\nok    key  k1  RSA\n");
        (await verbs.JsonAsync("issuer", "disable", Issuer)).GetProperty("IsDisabled").GetBoolean().ShouldBeTrue();
        (await verbs.RunAsync("issuer", "list")).Output.ShouldMatch($"""(?s)ISSUER +STATE +KEYS +IDENTITIES\n.*{Issuer} +disabled +uploaded +1\n""");
        (await verbs.RunAsync("issuer", "refresh", Issuer)).Error.ShouldStartWith($"The keys of issuer '{Issuer}' were uploaded, so there is nothing to fetch");
        await verbs.JsonAsync("issuer", "enable", Issuer);
        await verbs.JsonAsync("issuer", "enable", Issuer);
        (await verbs.RunAsync("issuer", "reset", Issuer)).Output.ShouldBe($"Issuer {Issuer} is enabled; its keys are fetched; 1 OIDC identity trusts it.\n");

        await using var connection = await verbs.Database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select category from audit_events where message like '%ssuer ' || @Issuer || '%' order by number", new { Issuer }))
            .ShouldBe(["Created", "Modified", "Modified", "Modified", "Deleted"], "enabling what is enabled is no change");
        (await verbs.JsonAsync("issuer", "list")).GetProperty("Items").EnumerateArray().Single(item => item.GetProperty("Issuer").GetString() == Issuer)
            .GetProperty("LastModified").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Ends_the_tokens_of_an_identity_an_account_and_an_issuer()
    {
        const string Own = "https://ci.example.com";
        await verbs.JsonAsync("service-account", "create", "ending");
        var id = (await verbs.JsonAsync("identity", "add", "ending", "--name", "main", "--issuer", Own, "--subject", "x")).GetProperty("Id").GetString()!;
        (await verbs.JsonAsync("identity", "revoke-tokens", "ending", "MAIN")).GetProperty("OidcIdentityIds").Strings().ShouldBe([id]);
        (await verbs.RunAsync("service-account", "revoke-tokens", "ending")).Output.ShouldBe("All access tokens of service account ending were revoked (1 OIDC identity); new logins go on.\n");
        (await verbs.RunAsync("issuer", "revoke-tokens", Own)).Output.ShouldBe($"All access tokens of issuer {Own} were revoked (1 OIDC identity); new logins go on.\n");
        var one = Guid.NewGuid().ToString("N");
        (await verbs.RunAsync("access-token", "revoke", one)).Output.ShouldBe($"Access token {one} was revoked.\n");
        (await verbs.RunAsync("access-token", "revoke", one)).Output.ShouldBe($"Access token {one} had been revoked before.\n");
        (await verbs.JsonAsync("identity", "list", "ending")).GetProperty("OidcIdentities")[0].GetProperty("Version").GetInt32().ShouldBe(4);
    }

    [Theory]
    [InlineData(2, "Say what to set: --ca FILE, --no-ca, --jwks FILE or --no-jwks.", "issuer", "set", Issuer)]
    [InlineData(2, "Give either --ca FILE or --no-ca.", "issuer", "set", Issuer, "--ca", "x", "--no-ca")]
    [InlineData(1, "--jwks /nowhere/jwks.json cannot be read: Could not find a part of the path '/nowhere/jwks.json'.", "issuer", "set", Issuer, "--jwks", "/nowhere/jwks.json")]
    [InlineData(1, "Issuer 'http://ci.example.com' must begin with https://.", "issuer", "disable", "http://ci.example.com")]
    [InlineData(1, "Issuer 'https://other.example.com' is none of those that the setting Issuers:Trusted lists; whoever runs the server can add it there.", "issuer", "disable", "https://other.example.com", "--Issuers:Trusted:0=" + Issuer)]
    [InlineData(1, "'eyJhbGciOi' is not the id of an access token: 32 hexadecimal digits, as the audit has them in access_token_id. Whoever holds the token itself can revoke it at the revocation endpoint.", "access-token", "revoke", "eyJhbGciOi")]
    public async Task Refuses_with_one_sentence(int exitCode, string error, params string[] args)
    {
        var run = await verbs.RunAsync(args);
        (run.ExitCode, run.Output, run.Error).ShouldBe((exitCode, "", error + "\n"));
    }
}
