using OctoLogin.Variables;

namespace OctoLogin.Tests.Variables;

public sealed class VariableScopingTests
{
    private static readonly VariableTarget Target = new("Environments-1", "Tenants-1", ["Region/EU", "Size/Small"], "Machines-1", ["web", "db"], "action-1", "Channels-1", "Projects-1")
    {
        StepRoles = ["web"],
    };

    /// <summary>From the most specific to the least, as Octopus documents them.</summary>
    private static readonly (string Name, VariableScope Scope)[] Order =
    [
        ("step", new() { Action = ["action-1"] }),
        ("machine", new() { Machine = ["Machines-1"] }),
        ("role of the step", new() { Role = ["web"] }),
        ("role", new() { Role = ["db"] }),
        ("tenant", new() { Tenant = ["Tenants-1"] }),
        ("tenant tag", new() { TenantTag = ["Region/EU"] }),
        ("environment", new() { Environment = ["Environments-1"] }),
        ("channel", new() { Channel = ["Channels-1"] }),
        ("process", new() { ProcessOwner = ["Projects-1"] }),
        ("nothing", new()),
    ];

    [Fact]
    public void The_most_specific_wins_whatever_the_order_of_the_list()
    {
        for (var i = 0; i < Order.Length; i++)
        {
            for (var j = i + 1; j < Order.Length; j++)
            {
                var (better, worse) = (Make(Order[i].Name, Order[i].Scope), Make(Order[j].Name, Order[j].Scope));
                VariableScoping.Choose([worse, better], Target).Chosen.ShouldBe([better]);
                VariableScoping.Choose([better, worse], Target).Warnings.ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public void All_less_specific_limits_together_do_not_outweigh_a_more_specific_one()
    {
        for (var i = 0; i < Order.Length - 2; i++)
        {
            var rest = Order[(i + 1)..].Select(one => one.Scope).ToList();
            var together = new VariableScope
            {
                Machine = [.. rest.SelectMany(scope => scope.Machine)], Role = [.. rest.SelectMany(scope => scope.Role)], Tenant = [.. rest.SelectMany(scope => scope.Tenant)],
                TenantTag = [.. rest.SelectMany(scope => scope.TenantTag)], Environment = [.. rest.SelectMany(scope => scope.Environment)],
                Channel = [.. rest.SelectMany(scope => scope.Channel)], ProcessOwner = [.. rest.SelectMany(scope => scope.ProcessOwner)],
            };
            VariableScoping.Choose([Make("many", together), Make(Order[i].Name, Order[i].Scope)], Target).Chosen.Single().Value.ShouldBe(Order[i].Name);
        }
    }

    [Theory]
    [InlineData("Environment", "Environments-2", false)]
    [InlineData("Environment", "Environments-2,environments-1", true)]
    [InlineData("Machine", "Machines-2", false)]
    [InlineData("Role", "WEB", true)]
    [InlineData("Role", "cache", false)]
    [InlineData("Action", "action-2", false)]
    [InlineData("Channel", "Channels-2", false)]
    [InlineData("ProcessOwner", "Runbooks-1", false)]
    [InlineData("Tenant", "Tenants-2", false)]
    [InlineData("TenantTag", "Region/EU,Region/US", true)]
    [InlineData("TenantTag", "Region/EU,Size/Large", false)]
    [InlineData("TenantTag", "Region/EU,size/small,Size/Large", true)]
    public void A_value_holds_where_each_limit_does(string limit, string named, bool expected)
    {
        var names = named.Split(',');
        var scope = limit switch
        {
            "Environment" => new VariableScope { Environment = names },
            "Machine" => new VariableScope { Machine = names },
            "Role" => new VariableScope { Role = names },
            "Action" => new VariableScope { Action = names },
            "Channel" => new VariableScope { Channel = names },
            "ProcessOwner" => new VariableScope { ProcessOwner = names },
            "Tenant" => new VariableScope { Tenant = names },
            _ => new VariableScope { TenantTag = names },
        };
        VariableScoping.Applies(scope, Target).ShouldBe(expected);
        VariableScoping.Applies(scope, VariableTarget.Nowhere).ShouldBeFalse();
        VariableScoping.Applies(scope with { Environment = [.. scope.Environment, "Environments-9"], Machine = ["Machines-9"] }, Target).ShouldBeFalse();
    }

    [Fact]
    public void Of_equally_specific_values_the_first_is_used_with_a_warning()
    {
        var environment = new VariableScope { Environment = ["Environments-1"] };
        var scoped = VariableScoping.Choose([Make("far", new()), Make("first", environment), Make("second", environment) with { Name = "NAME" }], Target);
        scoped.Chosen.Single().Value.ShouldBe("first");
        scoped.Warnings.ShouldHaveSingleItem().ShouldContain("'Name' has 2 values");
    }

    [Fact]
    public void Values_of_a_target_are_found_without_case_and_know_which_are_secret()
    {
        var values = VariableValues.Of(
            [Make("plain", new()), Make("other", new()) with { Name = "Password", IsSensitive = true, Value = null }, Make("elsewhere", new() { Channel = ["Channels-9"] }) with { Name = "Elsewhere" }, Make("", new()) with { Name = "Empty", Value = null }],
            Target, variable => "opened " + variable.Name);
        values.Values.ShouldBe(new Dictionary<string, string> { ["Name"] = "plain", ["Password"] = "opened Password", ["Empty"] = "" }, ignoreOrder: true);
        values.Values["NAME"].ShouldBe("plain");
        values.SensitiveNames.ShouldBe(["Password"]);

        var given = values.With(new Dictionary<string, string> { ["PASSWORD"] = "given", ["Token"] = "t" }, sensitive: ["token"]);
        given.Values["password"].ShouldBe("given");
        given.SensitiveNames.Contains("Token").ShouldBeTrue();
        given.SensitiveNames.Contains("password").ShouldBeTrue();
        values.Values.ContainsKey("Token").ShouldBeFalse();
    }

    private static Variable Make(string value, VariableScope scope) => new() { Id = value, Name = "Name", Value = value, Scope = scope };
}
