using OctoLogin.Accounts;
using OctoLogin.ExecutionAccounts;
using OctoLogin.Projects;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>Which accounts an action uses, for which cloud, and which may not be used there.</summary>
public sealed class ChosenAccountsTests
{
    private const string AwsProperty = "Octopus.Action.AwsAccount.Variable", AzureProperty = "Octopus.Action.Azure.AccountId", GoogleProperty = "Octopus.Action.GoogleCloudAccount.Variable";

    private static readonly Dictionary<string, Account> Accounts = new()
    {
        ["aws-1"] = Of("aws-1", AccountType.AmazonWebServicesOidcAccount, new AwsOidcDetails { RoleArn = "arn:1" }),
        ["aws-2"] = Of("aws-2", AccountType.AmazonWebServicesOidcAccount, new AwsOidcDetails { RoleArn = "arn:2" }),
        ["azure-1"] = Of("azure-1", AccountType.AzureOidc, new AzureOidcDetails { ClientId = "c", SubscriptionNumber = "s", TenantId = "t" }),
        ["google-1"] = Of("google-1", AccountType.GoogleCloudOidcAccount, new GoogleOidcDetails { Audience = "//iam" }),
        ["generic-1"] = Of("generic-1", AccountType.GenericOidcAccount, new GenericOidcDetails { Audience = "tool" }),
        ["token-1"] = Of("token-1", AccountType.Token, new SecretDetails()),
    };

    [Theory]
    // Script without a property: the only account of a cloud.
    [InlineData("Octopus.Script", "A=aws-1", "", "", "Aws:aws-1 main:aws-1")]
    [InlineData("Octopus.Script", "A=aws-1 B=aws-1", "", "", "Aws:aws-1 main:aws-1")]
    [InlineData("Octopus.Script", "A=aws-1 B=aws-2", "", "", "")]
    [InlineData("Octopus.Script", "A=aws-1 B=azure-1 C=google-1", "", "", "Aws:aws-1 Azure:azure-1 Google:google-1")]
    [InlineData("Octopus.Script", "A=generic-1 B=token-1", "", "", "main:generic-1")]
    [InlineData("Octopus.Script", "", "", "", "")]
    // A property decides.
    [InlineData("Octopus.Script", "A=aws-1 B=aws-2", AwsProperty + "=B", "", "Aws:aws-2 main:aws-2")]
    [InlineData("Octopus.Script", "A=aws-1 B=aws-2", AwsProperty + "=b", "", "Aws:aws-2 main:aws-2")]
    [InlineData("Octopus.AwsRunScript", "A=aws-1 B=aws-2 C=azure-1", AwsProperty + "=A", "", "Aws:aws-1 Azure:azure-1 main:aws-1")]
    [InlineData("Octopus.AzurePowerShell", "A=aws-1", AzureProperty + "=azure-1", "", "Aws:aws-1 Azure:azure-1 main:azure-1")]
    [InlineData("Octopus.GoogleCloudScripting", "G=google-1", GoogleProperty + "=G", "", "Google:google-1 main:google-1")]
    // The target's account, where no property names one.
    [InlineData("Octopus.Script", "A=aws-1", "", "aws-2", "Aws:aws-2 main:aws-2")]
    [InlineData("Octopus.Script", "A=aws-1", AwsProperty + "=A", "aws-2", "Aws:aws-1 main:aws-1")]
    [InlineData("Octopus.Script", "A=aws-1", "", "azure-1", "Aws:aws-1 Azure:azure-1 main:azure-1")]
    public void The_steps_account_the_targets_or_the_only_one(string type, string variables, string properties, string target, string expected)
    {
        var (wanted, faults) = Source(type, variables, properties, target).Read();
        faults.ShouldBeEmpty();
        var chosen = ChosenAccounts.Of(Source(type, variables, properties, target), wanted, wanted.Distinct().ToDictionary(one => one, one => Accounts[one.IdOrSlug]), Place());
        string.Join(' ', chosen.Clouds.OrderBy(one => one.Key).Select(one => $"{one.Key}:{one.Value.Id}").Concat(chosen.Main is null ? [] : [$"main:{chosen.Main.Id}"])).ShouldBe(expected);
    }

    [Theory]
    [InlineData("Octopus.Action.AwsAccount.UseInstanceRole", "name an account by Octopus.Action.AwsAccount.Variable")]
    [InlineData("Octopus.Action.Aws.AssumeRole", "call aws sts assume-role in the script")]
    [InlineData("Octopus.Action.GoogleCloud.UseVMServiceAccount", "name an account by Octopus.Action.GoogleCloudAccount.Variable")]
    [InlineData("Octopus.Action.GoogleCloud.ImpersonateServiceAccount", "name the service account in the account itself")]
    public void What_is_not_built_is_refused_by_name(string property, string instead)
    {
        Source("Octopus.Script", "", property + "=True", "").Read().Faults.ShouldBe([$"Step 'Step 1' has {property}, which this server does not do: set it to False, and {Ends(instead)}."]);
        Source("Octopus.Script", "", property + "=False", "").Read().Faults.ShouldBeEmpty();
        string Ends(string end) => end.StartsWith("call", StringComparison.Ordinal) ? $"let the account's own role be the one that is needed, or {end}" : end;
    }

    [Fact]
    public void A_property_that_names_a_variable_without_a_value_is_no_account()
    {
        var wanted = Source("Octopus.AwsRunScript", "A=", AwsProperty + "=A", "").Read().Wanted.ShouldHaveSingleItem();
        AccountRules.Fault(wanted, null, Place()).ShouldBe($"{AwsProperty} of step 'Step 1' names an account variable that has no value here.");
    }

    [Fact]
    public void An_account_that_is_gone_is_told_by_what_names_it() =>
        AccountRules.Fault(new("Accounts-9", "variable 'Aws'"), null, Place())
            .ShouldBe("Variable 'Aws' names the account 'Accounts-9', which there is not in this space: it was deleted, or is an account of another space.");

    [Theory]
    [InlineData("AzureAccount", null, "Variable 'A' is of the type AzureAccount, but account 'aws-1' (aws-1) is of the type AmazonWebServicesOidcAccount: choose another account, or change the variable's type.")]
    [InlineData("AmazonWebServicesAccount", null, null)]
    [InlineData(null, Cloud.Google, "Variable 'A' names account 'aws-1' (aws-1), which is of the type AmazonWebServicesOidcAccount, no account of Google Cloud.")]
    [InlineData(null, Cloud.Aws, null)]
    public void An_account_of_the_wrong_type_is_refused(string? variableType, Cloud? property, string? fault) =>
        AccountRules.Fault(new("aws-1", "variable 'A'") { VariableType = variableType, Property = property }, Accounts["aws-1"], Place()).ShouldBe(fault);

    [Fact]
    public void An_account_of_elsewhere_is_refused_with_account_environment_tenant_and_what_to_change()
    {
        var wanted = new WantedAccount("aws-1", "variable 'A'");
        var elsewhere = Accounts["aws-1"] with { EnvironmentIds = ["Environments-9"] };
        AccountRules.Fault(wanted, elsewhere, Place()).ShouldBe(
            "Variable 'A' uses account 'aws-1' (aws-1), which is not allowed in environment 'Production'. Allow it there in the account's EnvironmentIds, or scope the variable that names it to where the account is allowed.");
        var untenanted = Accounts["aws-1"] with { TenantedDeploymentParticipation = TenantedDeploymentMode.Untenanted };
        AccountRules.Fault(wanted, untenanted, Place(tenant: "Acme")).ShouldBe(
            "Variable 'A' uses account 'aws-1' (aws-1), which is not allowed in tenant 'Acme' (environment 'Production'). Allow it there in the account's TenantedDeploymentParticipation, TenantIds or TenantTags, or scope the variable that names it to where the account is allowed.");
        AccountRules.Fault(wanted, Accounts["aws-1"] with { TenantedDeploymentParticipation = TenantedDeploymentMode.Tenanted }, Place())!.ShouldContain("a deployment for no tenant (environment 'Production')");
        AccountRules.Fault(wanted, elsewhere with { EnvironmentIds = ["Environments-1"] }, Place()).ShouldBeNull();
    }

    [Fact]
    public void A_subject_that_is_too_long_is_refused_before_there_is_a_token()
    {
        var place = Place() with { Subject = new SubjectParts { Space = "default", Project = string.Join('-', Enumerable.Repeat("shop", 15)), Environment = string.Join('-', Enumerable.Repeat("far", 12)) } };
        AccountRules.Fault(new("aws-1", "variable 'A'"), Accounts["aws-1"], place)!.ShouldStartWith("No ID token can be made for account 'aws-1' (aws-1): The subject 'space:default:project:shop-shop");
        AccountRules.Fault(new("token-1", "variable 'A'"), Accounts["token-1"], place).ShouldBeNull("an account with a secret needs no subject");
    }

    private static AccountSource Source(string type, string variables, string properties, string target)
    {
        var named = Pairs(variables);
        var all = named.Concat(Pairs(properties)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        return new("Step 1", type, all.GetValueOrDefault, named.ToDictionary(one => one.Key, _ => "AnyAccount", StringComparer.OrdinalIgnoreCase), target.Length == 0 ? null : ("web-1", target));
    }

    private static Dictionary<string, string> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    private static AccountPlace Place(string? tenant = null) => new()
    {
        SpaceId = "Spaces-1", EnvironmentId = "Environments-1", EnvironmentName = "Production", TenantId = tenant is null ? null : "Tenants-1", TenantName = tenant,
        Use = SubjectUse.Deployment, ExecutionId = "Deployments-7", Subject = new SubjectParts { Space = "default", Project = "shop", Environment = "production" },
    };

    private static Account Of(string id, AccountType type, AccountDetails details)
    {
        var (json, secrets) = AccountDetails.Write(details);
        return new Account
        {
            Id = id, SpaceId = "Spaces-1", Name = id, Slug = id, AccountType = type, TenantedDeploymentParticipation = TenantedDeploymentMode.TenantedOrUntenanted, DetailsJson = json, SecretsJson = secrets,
        };
    }
}
