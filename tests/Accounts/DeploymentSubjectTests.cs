using OctoLogin.Accounts;

namespace OctoLogin.Tests.Accounts;

/// <summary>Every row of the contract's table of subject keys, and its examples word by word.</summary>
public sealed class DeploymentSubjectTests
{
    private static readonly SubjectParts Everything = new()
    {
        Space = "s", ProjectGroup = "g", Project = "p", Runbook = "r", Tenant = "t", Environment = "e", Target = "m", Account = "a", Feed = "f",
    };

    private static readonly string[] AllKeys = ["space", "project group", "project", "runbook", "tenant", "environment", "target", "account", "feed", "type"];
    private static readonly string[] OfExecutions = ["space", "project group", "project", "runbook", "tenant", "environment", "account", "type"];

    public static TheoryData<SubjectUse, string[], string> Rows => new()
    {
        { SubjectUse.Deployment, [], "space:s:project:p:tenant:t:environment:e" },
        { SubjectUse.Runbook, [], "space:s:project:p:tenant:t:environment:e" },
        { SubjectUse.HealthCheck, [], "space:s:target:m:account:a" },
        { SubjectUse.AccountTest, [], "space:s:account:a" },
        { SubjectUse.Feed, [], "space:s:feed:f" },
        { SubjectUse.Deployment, OfExecutions, "space:s:project group:g:project:p:tenant:t:environment:e:account:a:type:deployment" },
        { SubjectUse.Runbook, OfExecutions, "space:s:project group:g:project:p:runbook:r:tenant:t:environment:e:account:a:type:runbook" },
        { SubjectUse.HealthCheck, ["space", "account", "target", "type"], "space:s:target:m:account:a:type:health" },
        { SubjectUse.AccountTest, ["space", "account", "type"], "space:s:account:a:type:test" },
        { SubjectUse.Feed, ["feed", "space"], "space:s:feed:f" },
        // What older servers had.
        { SubjectUse.HealthCheck, ["space", "target"], "space:s:target:m" },
        // In whatever order they are asked for.
        { SubjectUse.Runbook, ["type", "account", "environment", "runbook", "space"], "space:s:runbook:r:environment:e:account:a:type:runbook" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_subject_is_its_parts_in_one_order(SubjectUse use, string[] keys, string subject)
    {
        var told = DeploymentSubject.Of(use, keys, Everything);
        (told.Text, told.Fault).ShouldBe((subject, null));
        // The other way: read again, it gives the keys that were asked for, each once.
        var read = subject.Split(':').Where((_, i) => i % 2 == 0).ToArray();
        var wanted = keys.Length > 0 ? keys : [.. DeploymentSubject.Default(use)];
        read.ShouldBe(AllKeys.Where(wanted.Contains).Where(key => use != SubjectUse.Deployment || key != "runbook"));
        read.ShouldBeSubsetOf(DeploymentSubject.Allowed(use));
    }

    [Fact]
    public void Each_key_is_allowed_for_its_uses_and_refused_for_every_other()
    {
        var allowed = new Dictionary<SubjectUse, string[]>
        {
            [SubjectUse.Deployment] = OfExecutions,
            [SubjectUse.Runbook] = OfExecutions,
            [SubjectUse.HealthCheck] = ["space", "account", "target", "type"],
            [SubjectUse.AccountTest] = ["space", "account", "type"],
            [SubjectUse.Feed] = ["space", "feed"],
        };
        foreach (var (use, keys) in allowed)
        {
            DeploymentSubject.Allowed(use).ShouldBe(keys, ignoreOrder: true);
            foreach (var key in AllKeys.Append("Space").Append("").Append("space:x"))
            {
                string[] asked = key == "space" ? [key] : ["space", key];
                var fault = DeploymentSubject.Of(use, asked, Everything).Fault;
                (fault is null).ShouldBe(keys.Contains(key), $"{use} {key}");
                (fault ?? $"'{key}'").ShouldContain($"'{key}'");
            }
        }
        DeploymentSubject.Of(SubjectUse.Deployment, ["space", "project", "space"], Everything).Fault.ShouldNotBeNull().ShouldContain("'space' more than once");
    }

    [Theory]
    [InlineData(SubjectUse.Deployment, "space:default:project:deploy-web-app:type:deployment")]
    [InlineData(SubjectUse.Runbook, "space:default:project:deploy-web-app:runbook:restart:type:runbook")]
    public void The_contracts_example_comes_out_word_by_word(SubjectUse use, string subject) => DeploymentSubject.Of(
        use, ["space", "project", "runbook", "type"], new SubjectParts { Space = "default", Project = "deploy-web-app", Runbook = "restart", Environment = "production" }).Text.ShouldBe(subject);

    [Fact]
    public void What_has_no_value_is_left_out_key_and_all()
    {
        var untenanted = new SubjectParts { Space = "default", Project = "web", Environment = "production" };
        DeploymentSubject.Of(SubjectUse.Deployment, [], untenanted).Text.ShouldBe("space:default:project:web:environment:production");
        DeploymentSubject.Of(SubjectUse.Deployment, [], untenanted with { Tenant = "acme" }).Text.ShouldBe("space:default:project:web:tenant:acme:environment:production");
        DeploymentSubject.Of(SubjectUse.Deployment, ["tenant"], untenanted).Fault.ShouldNotBeNull().ShouldContain("too short");
    }

    [Fact]
    public void A_subject_that_is_too_long_names_its_length_and_its_longest_part_and_is_never_cut()
    {
        var of = (int project) => DeploymentSubject.Of(SubjectUse.Deployment, [], new SubjectParts { Space = "default", Project = new string('p', project), Environment = "production" });
        var longest = 127 - "space:default:project::environment:production".Length;
        (of(longest).Fault, of(longest).Text.Length).ShouldBe((null, 127));
        var fault = of(longest + 1).Fault.ShouldNotBeNull();
        fault.ShouldContain("128 bytes long, and clouds take at most 127");
        fault.ShouldContain($"longest part is 'project:{new string('p', longest + 1)}' with {longest + 9} bytes");
        fault.ShouldContain("leave the key project out");
        of(longest + 1).Text.Length.ShouldBe(128);
    }

    [Theory]
    [InlineData("web:environment:production")]
    [InlineData("web:type:runbook")]
    [InlineData("Web")]
    [InlineData("wëb")]
    [InlineData("we b")]
    [InlineData("*")]
    [InlineData("web\n")]
    [InlineData("")]
    public void What_is_no_slug_makes_no_subject(string forged)
    {
        foreach (var parts in new[] { Everything with { Project = forged }, Everything with { Environment = forged }, Everything with { Tenant = forged }, Everything with { Space = forged } })
        {
            DeploymentSubject.Of(SubjectUse.Deployment, [], parts).Fault.ShouldNotBeNull().ShouldContain("not a slug");
        }
    }

    [Fact]
    public void Two_different_sets_of_parts_never_give_one_subject()
    {
        string?[] slugs = [null, "a", "b", "a-b", "type", "project", "environment"];
        var seen = new HashSet<string>();
        foreach (var (project, tenant, environment) in slugs.SelectMany(p => slugs.SelectMany(t => slugs.Select(e => (p, t, e)))))
        {
            var text = DeploymentSubject.Of(SubjectUse.Deployment, [], new SubjectParts { Space = "s", Project = project, Tenant = tenant, Environment = environment }).Text;
            seen.Add(text).ShouldBeTrue(text);
        }
    }
}
