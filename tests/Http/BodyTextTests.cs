using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Http;

/// <summary>An escape in a body that is half of a character is a fault of the body, wherever it stands, and none of ours.</summary>
public sealed class BodyTextTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Fault = "with an escape that is no character, such as \\ud800 without its second half.";

    [Theory]
    [InlineData("""{"Version":0,"Steps":[{"Name":"\ud800","Actions":[]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","Properties":{"Octopus.Action.TargetRoles":"\ud800"},"Actions":[]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","Properties":{"\udc00":"x"},"Actions":[]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","Actions":[{"Name":"A","ActionType":"Octopus.Script","Properties":{"P":{"HasValue":true,"NewValue":"\ud83dx"}}}]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","FutureOfSteps":[{"a":["\ud800"]}],"Actions":[]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","FutureOfSteps":{"\ud800":1},"Actions":[]}]}""")]
    [InlineData("""{"Version":0,"Steps":[{"Name":"S","\ud800":1,"Actions":[]}]}""")]
    public async Task Half_a_surrogate_pair_as_an_escape_in_a_process_is_told_and_changes_nothing(string body)
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project.Id}/deploymentprocesses";
        await ShouldBeToldAsync(HttpMethod.Put, path, body);
        (await server.Admin.SeeAsync(path))["Version"].ShouldBe("0");
    }

    [Theory]
    [InlineData("/api/users", """{"Username":"\ud800","IsService":true}""")]
    [InlineData("/api/Spaces-1/projects", """{"Name":"\ud800x"}""")]
    [InlineData("/api/issuers", """{"Issuer":"https://half.example.com","Jwks":{"keys":[{"kty":"RSA","kid":"\ud800"}]}}""")]
    public async Task Half_a_surrogate_pair_as_an_escape_is_told_by_every_route(string path, string body) =>
        await ShouldBeToldAsync(HttpMethod.Post, path, body);

    [Fact]
    public async Task Both_halves_are_a_character()
    {
        var project = await server.AddProjectAsync();
        var step = JsonDocument.Parse("""{"Name":"S","FutureOfSteps":["\ud83d\ude00"],"Actions":[{"Name":"A","ActionType":"Octopus.Script"}]}""").RootElement;
        await server.SetProcessAsync(project.Id, step);
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses")).Json.GetProperty("Steps")[0].GetProperty("FutureOfSteps")[0].GetString().ShouldBe("😀");
    }

    private async Task ShouldBeToldAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await server.Admin.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(400, text);
        JsonDocument.Parse(text).RootElement.GetProperty("Errors")[0].GetString()!.ShouldEndWith(Fault);
    }
}
