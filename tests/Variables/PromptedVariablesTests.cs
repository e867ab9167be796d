using OctoLogin.Variables;

namespace OctoLogin.Tests.Variables;

public sealed class PromptedVariablesTests
{
    private static readonly VariableTarget Target = VariableTarget.Nowhere with { EnvironmentId = "Environments-1" };

    private static readonly Variable[] Variables =
    [
        new() { Id = "1", Name = "Needed", Prompt = new() { Required = true } },
        new() { Id = "2", Name = "Optional", Prompt = new() },
        new() { Id = "3", Name = "With default", Value = "d", Prompt = new() { Required = true } },
        new() { Id = "4", Name = "Secret default", IsSensitive = true, Sealed = [1], Prompt = new() { Required = true } },
        new() { Id = "5", Name = "Elsewhere", Scope = new() { Environment = ["Environments-2"] }, Prompt = new() { Required = true } },
        new() { Id = "6", Name = "Of a step", Scope = new() { Environment = ["Environments-1"], Action = ["a"], Role = ["web"] }, Prompt = new() },
        new() { Id = "7", Name = "Not asked for" },
    ];

    [Theory]
    [InlineData("Needed=x", "")]
    [InlineData("nEEDED=x;optional=y;With default=z;Of a step=w", "")]
    [InlineData("1=x", "")]
    [InlineData("", "'Needed' needs a value")]
    [InlineData("Needed=", "'Needed' needs a value")]
    [InlineData("Needed=x;Elsewhere=y", "'Elsewhere' is not a prompted variable here. There are 'Needed', 'Optional', 'With default', 'Secret default', 'Of a step'.")]
    [InlineData("Needed=x;Not asked for=y", "'Not asked for' is not a prompted variable here")]
    [InlineData("Needed=x;Misspelt=y;Another=z", "'Misspelt'|'Another'")]
    [InlineData("Needed=x;1=y", "'Needed' is given more than once")]
    public void Says_what_is_wrong_with_what_was_given(string given, string expected)
    {
        var faults = PromptedVariables.Check(Variables, Target, given.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => (string?)pair[1]));
        var wanted = expected.Split('|', StringSplitOptions.RemoveEmptyEntries);
        faults.Count.ShouldBe(wanted.Length, string.Join("\n", faults));
        for (var i = 0; i < wanted.Length; i++)
        {
            faults[i].ShouldContain(wanted[i]);
        }
    }

    [Fact]
    public void Gives_what_was_given_by_the_variables_names()
    {
        var read = PromptedVariables.Read(Variables, Target, new Dictionary<string, string?> { ["1"] = "x", ["OPTIONAL"] = "", ["With default"] = null });
        read.Faults.ShouldBeEmpty();
        read.Values.ShouldBe(new Dictionary<string, string> { ["Needed"] = "x", ["Optional"] = "" }, ignoreOrder: true);
    }
}
