using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using OctoLogin.Http;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServiceAccounts;

/// <summary>Registering OIDC identities over the API.</summary>
public sealed class OidcIdentityTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task The_list_is_shaped_as_the_Terraform_provider_reads_it()
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(id, new { ServiceAccountId = id, Name = "terraform", GitHubClaims.Issuer, GitHubClaims.Subject });
        var list = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{id}/oidcidentities/v1?skip=0&take=100");
        list.EnumerateObject().Select(member => member.Name).ShouldBe(["ServerUrl", "ExternalId", "OidcIdentities", "Count"]);
        list.GetProperty("ServerUrl").GetString().ShouldBe(server.Url);
        list.GetProperty("ExternalId").GetString().ShouldBe(audience);
        list.GetProperty("Count").GetInt32().ShouldBe(1);
        var identity = list.GetProperty("OidcIdentities")[0];
        identity.GetProperty("ServiceAccountId").GetString().ShouldBe(id);
        identity.GetProperty("Issuer").GetString().ShouldBe(GitHubClaims.Issuer);
        identity.GetProperty("Subject").GetString().ShouldBe(GitHubClaims.Subject);
        identity.GetProperty("Audience").ValueKind.ShouldBe(JsonValueKind.Null);
        identity.GetProperty("TokenLifetime").GetInt32().ShouldBe(3600);
        identity.GetProperty("AllowReuse").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Sending_a_GitHub_identity_back_as_it_was_read_keeps_it_a_GitHub_identity()
    {
        var (id, _) = await server.AddTrustedAccountAsync();
        var path = await OnlyPathAsync(id);
        var read = await server.Admin.GetFromJsonAsync<JsonElement>(path);
        using var put = await server.Admin.PutAsJsonAsync(path, new { Name = "renamed", Issuer = GitHubClaims.Issuer, Subject = read.GetProperty("Subject").GetString() });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await put.Content.ReadAsStringAsync()).ShouldBeEmpty();
        var after = await server.Admin.GetFromJsonAsync<JsonElement>(path);
        after.GetProperty("Name").GetString().ShouldBe("renamed");
        after.GetProperty("GitHub").GetProperty("RepositoryId").GetString().ShouldBe(GitHubClaims.RepositoryId);
        after.GetProperty("Version").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Another_repository_must_be_pinned_anew()
    {
        var (id, _) = await server.AddTrustedAccountAsync();
        var path = await OnlyPathAsync(id);
        using var put = await server.Admin.PutAsJsonAsync(path, new { GitHub = new { Owner = "octo-org", Repository = "other" } });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        var after = (await server.Admin.GetFromJsonAsync<JsonElement>(path)).GetProperty("GitHub");
        after.GetProperty("RepositoryId").ValueKind.ShouldBe(JsonValueKind.Null);
        after.GetProperty("StopsWorking").ValueKind.ShouldBe(JsonValueKind.String);
        after.GetProperty("Filter").GetString().ShouldBe("main");
    }

    public static TheoryData<object, string> Refused => new()
    {
        { new { Name = "x", GitHubClaims.Issuer, Subject = "*" }, "Subject '*' has a wildcard in the part that says whose token it is" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:*" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:acme*/web:ref:refs/heads/main" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:acme/*" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:acme/web*" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:acme/we?:ref:refs/heads/main" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", Issuer = GitHubClaims.Issuer + "/acme", Subject = "repo:*" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", Issuer = "https://ghe.example.com/_services/token", Subject = "repo:*:ref:refs/heads/main" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", Issuer = "https://gitlab.com", Subject = "project_path:*:ref_type:branch:ref:main" }, "has a wildcard in the part that says whose token it is" },
        { new { Name = "x", Issuer = "https://idp.example.com", Subject = "**" }, "Subject has only wildcards" },
        { new { Name = "x", Issuer = "http://idp.example.com", Subject = "a" }, "must begin with https://" },
        { new { Name = "x", Issuer = "http://localhost:1234", Subject = "a" }, "must begin with https://" },
        { new { Name = "x", Issuer = "https://user@idp.example.com", Subject = "a" }, "must be a URL without query, fragment or user" },
        { new { Name = "x", Issuer = "https://idp.example.com?x=y", Subject = "a" }, "must be a URL without query, fragment or user" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "repo:acme/web:ref:refs/heads/\u200bmain" }, "Subject holds an invisible character (U+200B)" },
        { new { Name = "x", GitHubClaims.Issuer, Subject = "a\u0001b" }, "Subject may not hold control characters" },
        { new { Name = "x", GitHubClaims.Issuer }, "Subject is required." },
        { new { GitHubClaims.Issuer, GitHubClaims.Subject }, "Name is required." },
        { new { Name = "x", GitHubClaims.Subject }, "Issuer is required." },
        { new { Name = "x", GitHubClaims.Issuer, GitHubClaims.Subject, TokenLifetime = 59 }, "TokenLifetime is 59 seconds; it must be 60 (1 minute) to 43200 (12 hours)." },
        { new { Name = "x", GitHubClaims.Issuer, GitHubClaims.Subject, TokenLifetime = 43201 }, "TokenLifetime is 43201 seconds" },
        { new { Name = "x", GitHubClaims.Issuer, GitHubClaims.Subject, Conditions = new[] { new { Claim = "ref", Values = Array.Empty<string>() } } }, "Conditions on 'ref' need 1 to 100 Values." },
        { Conditional("""{"Claim":"ref","Kind":"Equals","Values":["a","b"]}"""), "The condition on 'ref' of kind Equals needs one value, not 2; kind OneOf takes several." },
        { Conditional("""{"Claim":"ref","Kind":"OneOf"}"""), "Conditions on 'ref' need 1 to 100 Values." },
        { Conditional("""{"Claim":"ref","Kind":"Pattern","Values":[null]}"""), "Each value of the condition on 'ref' is required." },
        { Conditional("""{"Claim":"fork","Kind":"Absent","Values":["true"]}"""), "The condition on 'fork' of kind Absent takes no Values: it asks whether the claim is there, whatever it is." },
        { Conditional("""{"Claim":"fork","Kind":"Exists","Values":["*"]}"""), "The condition on 'fork' of kind Exists takes no Values" },
        { Conditional("""{"Claim":"fork","Kind":"Boolean","Values":["True"]}"""), "The condition on 'fork' of kind Boolean needs one value, which is true or false." },
        { Conditional("""{"Claim":"fork","Kind":"Boolean","Values":["true","false"]}"""), "The condition on 'fork' of kind Boolean needs one value, which is true or false." },
        { Conditional("""{"Claim":"id","Kind":"Number","Values":["1","0x1F"]}"""), "'0x1F' in the condition on 'id' is no number as JSON writes it, such as 42 or -0.5." },
        { Conditional("""{"Claim":"id","Kind":"Number","Values":["1e9999999"]}"""), "'1e9999999' in the condition on 'id' is no number as JSON writes it" },
        { Conditional("""{"Claim":"id","Kind":9,"Values":["1"]}"""), "Conditions on 'id' have no kind 9; it is one of Pattern, Equals, OneOf, Exists, Absent, Boolean, Number." },
        { Conditional("""{"Claim":"id","Kind":"Regex","Values":["1"]}"""), "The request's body is not as expected at $.Conditions[0].Kind" },
        { Conditional("""{"Claim":"/a~b","Kind":"Exists"}"""), "The claim of the condition on '/a~b' is a JSON pointer (RFC 6901) with a '~' alone; write ~0 for a tilde in a name and ~1 for a slash." },
        { Conditional("""{"Claim":"/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a","Kind":"Exists"}"""), "has 17 steps; at most 16 are followed." },
        { Conditional("null"), "Conditions has an entry that is null; each names a Claim." },
        { new { Name = "x", GitHub = new { Owner = "*", Repository = "web" } }, "GitHub.Owner is '*'; it must be a GitHub user or organization, without wildcards." },
        { new { Name = "x", GitHub = new { Owner = "acme", Repository = "we*b" } }, "GitHub.Repository is 'we*b'; it must be a repository's name, without wildcards." },
        { new { Name = "x", GitHub = new { Repository = "acme/web", FilterType = "Branch" } }, "GitHub.Filter (the branch) is required." },
        { new { Name = "x", GitHub = new { Repository = "acme/web", FilterType = "Branch", Filter = "refs/heads/main" } }, "give the name without 'refs/heads/' or 'refs/tags/'" },
        { new { Name = "x", GitHub = new { Repository = "acme/web", RepositoryId = "74" } }, "must be given together" },
        { new { Name = "x", GitHub = new { Repository = "acme/web", RepositoryId = "74x", RepositoryOwnerId = "1" } }, "GitHub.RepositoryId is '74x'; it must be the number" },
        { new { Name = "x", Subject = "repo:acme/web:pull_request", GitHub = new { Repository = "acme/web" } }, "Give either Subject or GitHub, not both" },
    };

    private static object Conditional(string condition) =>
        new { Name = "x", GitHubClaims.Issuer, GitHubClaims.Subject, Conditions = JsonDocument.Parse($"[{condition}]").RootElement };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refuses_what_would_let_in_strangers_or_nobody_and_saves_nothing(object input, string fault)
    {
        var (id, _) = await server.AddServiceAccountAsync();
        using var response = await server.Admin.PostAsJsonAsync($"/api/serviceaccounts/{id}/oidcidentities/create/v1", input, Json.Options);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
        JsonDocument.Parse(text).RootElement.GetProperty("Errors").EnumerateArray().Select(one => one.GetString()).ShouldContain(one => one!.Contains(fault), text);
        (await server.Admin.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{id}/oidcidentities/v1")).GetProperty("Count").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Names_every_fault_at_once()
    {
        var (id, _) = await server.AddServiceAccountAsync();
        using var response = await server.Admin.PostAsJsonAsync($"/api/serviceaccounts/{id}/oidcidentities/create/v1", new { Issuer = "ftp://x", Subject = "", TokenLifetime = 1 }, Json.Options);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("Errors");
        errors.GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public async Task Pasted_white_space_is_trimmed()
    {
        var (id, _) = await server.AddServiceAccountAsync();
        var created = await server.AddIdentityAsync(id, new { Name = " n ", Issuer = $" {GitHubClaims.Issuer}\n", Subject = $"\t{GitHubClaims.Subject} " });
        created.GetProperty("Subject").GetString().ShouldBe(GitHubClaims.Subject);
        created.GetProperty("Issuer").GetString().ShouldBe(GitHubClaims.Issuer);
    }

    [Fact]
    public async Task A_condition_is_shown_with_its_kind_and_one_without_is_a_pattern()
    {
        var (id, _) = await server.AddServiceAccountAsync();
        var created = await server.AddIdentityAsync(id, new
        {
            Name = "conditions", GitHubClaims.Issuer, GitHubClaims.Subject,
            Conditions = new object[] { new { Claim = " ref ", Values = new[] { " refs/heads/* " } }, new { Claim = "fork", Kind = "Absent" }, new { Claim = "/a/b", Kind = "number", Values = new[] { "1" } } },
        });
        created.GetProperty("Conditions").GetRawText().ShouldBe(
            """[{"Claim":"ref","Kind":"Pattern","Values":["refs/heads/*"]},{"Claim":"fork","Kind":"Absent","Values":[]},{"Claim":"/a/b","Kind":"Number","Values":["1"]}]""");
        (await server.Admin.GetFromJsonAsync<JsonElement>(await OnlyPathAsync(id))).GetProperty("Conditions").GetRawText().ShouldBe(created.GetProperty("Conditions").GetRawText());
    }

    [Fact]
    public async Task Conditions_stored_before_there_were_kinds_are_patterns()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""update oidc_identities set conditions = '[{"Claim":"ref","Values":["refs/tags/*","refs/heads/ma?n"]}]' where user_id = @id""", new { id });
        (await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["ref"] = "refs/heads/other"))).Status.ShouldBe(400);
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_ids_are_looked_up_at_GitHub_where_it_answers()
    {
        await using var fixture = new ServerFixture();
        await using var github = await FakeHttpServer.StartAsync(request => request.Path == "/repos/octo-org/hello-octopus"
            ? new FakeAnswer(200, """{"id":74,"name":"hello-octopus","owner":{"login":"octo-org","id":65},"default_branch":"main"}""")
            : new FakeAnswer(404, """{"message":"Not Found"}"""));
        fixture.Settings["GitHub:ApiUrl"] = github.Url;
        await fixture.InitializeAsync();
        var (id, _) = await fixture.AddServiceAccountAsync();
        var found = await fixture.AddIdentityAsync(id, new { Name = "found", GitHub = new { Repository = "octo-org/hello-octopus" } });
        found.GetProperty("GitHub").GetProperty("PinnedFrom").GetString().ShouldBe("GitHub");
        found.GetProperty("GitHub").GetProperty("RepositoryId").GetString().ShouldBe("74");
        var hidden = await fixture.AddIdentityAsync(id, new { Name = "private", GitHub = new { Repository = "octo-org/private" } });
        hidden.GetProperty("GitHub").GetProperty("PinnedFrom").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task An_identity_without_ids_stops_working_after_seven_days_and_says_so()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var (id, audience) = await fixture.AddServiceAccountAsync();
        await fixture.AddIdentityAsync(id, new { Name = "unpinned", GitHub = new { Repository = "octo-org/hello-octopus" } });
        fixture.Clock.Advance(TimeSpan.FromDays(7.01));
        var answer = await fixture.ExchangeAsync(audience, fixture.GitHubToken(audience));
        answer.Status.ShouldBe(400);
        answer.Description.ShouldContain("The identity has had no repository ids for 7 days and stopped working at");
        var reason = (await fixture.EventsAsync(answer.CorrelationId)).Single().Message;
        reason.ShouldContain("has had no repository ids for 7 days");
    }

    private async Task<string> OnlyPathAsync(string accountId)
    {
        var list = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{accountId}/oidcidentities/v1");
        return $"/api/serviceaccounts/{accountId}/oidcidentities/{list.GetProperty("OidcIdentities")[0].GetProperty("Id").GetString()}/v1";
    }
}
