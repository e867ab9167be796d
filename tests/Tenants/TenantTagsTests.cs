using OctoLogin.Tenants;

namespace OctoLogin.Tests.Tenants;

public sealed class TenantTagsTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("Ring/Early", "", "")]
    [InlineData("Ring/Early", "Ring/Early", "")]
    [InlineData("ring/EARLY", "Ring/early", "")]
    [InlineData("Ring/Early", "Ring/Late,Ring/Early", "")]
    [InlineData("Ring/Early", "Ring/Late", "Ring/Late")]
    [InlineData("Ring/Early,Land/DE", "Ring/Early,Land/DE", "")]
    [InlineData("Ring/Early,Land/DE", "Ring/Early,ring/Late,Land/FR,Land/IT", "Land/FR,Land/IT")]
    [InlineData("", "Ring/Early,Land/DE", "Ring/Early,Land/DE")]
    [InlineData("Ring/Early", "Rings/Early", "Rings/Early")]
    public void Tags_of_a_set_are_alternatives_and_every_set_is_needed(string has, string wanted, string missing)
    {
        TenantTags.Missing(Split(has), Split(wanted)).ShouldBe(Split(missing));
        TenantTags.Match(Split(has), Split(wanted)).ShouldBe(missing.Length == 0);
    }

    private static string[] Split(string tags) => tags.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
