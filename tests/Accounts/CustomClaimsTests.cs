using System.Text.Json;
using OctoLogin.Accounts;

namespace OctoLogin.Tests.Accounts;

/// <summary>What an account's own claims become in a token.</summary>
public sealed class CustomClaimsTests
{
    private static readonly Dictionary<string, string> Values = new() { ["Octopus.Project.Name"] = "Web shop", ["Evil"] = "x\"],\"admin\":[\"y", ["Braces"] = "#{Octopus.Project.Name}" };

    [Theory]
    [InlineData("""{"a":"#{Octopus.Project.Name}"}""", """{"a":"Web shop"}""")]
    [InlineData("""{"a":"#{ Octopus.Project.Name }!","b":1,"c":true}""", """{"a":"Web shop!","b":1,"c":true}""")]
    [InlineData("""{"https://aws.amazon.com/tags":{"principal_tags":{"project":["#{Octopus.Project.Name}"]},"transitive_tag_keys":["project"]}}""", """{"https://aws.amazon.com/tags":{"principal_tags":{"project":["Web shop"]},"transitive_tag_keys":["project"]}}""")]
    // Clients can send only texts: JSON in one is what it says.
    [InlineData("""{"a":"{\"k\":[\"#{Octopus.Project.Name}\"]}"}""", """{"a":{"k":["Web shop"]}}""")]
    // No value changes the JSON around it.
    [InlineData("""{"a":"{\"k\":[\"#{Evil}\"]}"}""", """{"a":{"k":["x\u0022],\u0022admin\u0022:[\u0022y"]}}""")]
    // What a value holds is not read again.
    [InlineData("""{"a":"#{Braces}"}""", """{"a":"#{Octopus.Project.Name}"}""")]
    // No JSON: a text as any.
    [InlineData("""{"a":"[#{Octopus.Project.Name}]","b":"{nothing"}""", """{"a":"[Web shop]","b":"{nothing"}""")]
    public void Texts_get_their_variables_also_within_JSON(string claims, string resolved) =>
        JsonSerializer.Serialize(CustomClaims.Resolve(Read(claims), Values.GetValueOrDefault)).ShouldBe(resolved);

    [Fact]
    public void A_variable_without_a_value_makes_no_token() => Should.Throw<IdTokenException>(() => CustomClaims.Resolve(Read("""{"a":"#{Nothing}"}"""), Values.GetValueOrDefault))
        .Message.ShouldBe("The custom claim 'a' needs the variable 'Nothing', which has no value here.");

    [Fact]
    public void Where_there_are_no_variables_a_claim_that_needs_one_is_left_out() =>
        JsonSerializer.Serialize(CustomClaims.Resolve(Read("""{"a":"#{Octopus.Project.Name}","b":{"c":"#{X}"},"d":"e"}"""), null)).ShouldBe("""{"d":"e"}""");

    [Fact]
    public void Values_that_make_the_claims_too_long_make_no_token() => Should.Throw<IdTokenException>(
        () => CustomClaims.Resolve(Read("""{"a":"#{Long}"}"""), _ => new string('x', 9000))).Message.ShouldContain("9008 bytes of JSON with their values, and may have at most 8000");

    private static Dictionary<string, JsonElement> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
