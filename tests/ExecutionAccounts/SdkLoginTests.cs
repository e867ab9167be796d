using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;
using static OctoLogin.Tests.Support.CloudAccounts;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.ExecutionAccounts;

/// <summary>The clouds' own SDKs log in from inside a step, with nothing but the environment that it is given.</summary>
public sealed class SdkLoginTests(CloudServer fixture) : IClassFixture<CloudServer>, IDisposable
{
    private readonly ServerFixture server = fixture.Server;
    private readonly CloudProgram program = new();

    public void Dispose() => program.Dispose();

    [Fact]
    public async Task The_AWS_SDK_assumes_the_role()
    {
        await using var proxy = FakeProxy.Start(hosts: server.Hosts);
        var environment = await server.PlaceAsync("Sdk aws");
        fixture.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, Role, "space:default:project:sdk-aws:environment:sdk-aws");
        var project = await server.AddProjectWithAsync("Sdk aws", [Aws("Cloud", await server.AddAwsAsync("Sdk aws"))], Both("Octopus.AwsRunScript", "Octopus.Action.AwsAccount.Variable", "Cloud", program.Call(proxy, server.Certificates, "aws")));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        var deployment = end.Task.Json.GetProperty("Arguments").GetProperty("DeploymentId").GetString();
        Lines(end, "arn:").ShouldBe([$"arn:aws:sts::{FakeSts.Account}:assumed-role/deploy/{deployment}", $"arn:aws:sts::{FakeSts.Account}:assumed-role/deploy/{deployment}"]);
        proxy.Targets.Distinct().ShouldBe(["sts.eu-west-1.amazonaws.com:443"]);
    }

    [Fact]
    public async Task Azures_workload_identity_reads_the_subscription()
    {
        await using var proxy = FakeProxy.Start(hosts: server.Hosts);
        var environment = await server.PlaceAsync("Sdk azure");
        fixture.Clouds.Entra.Credentials.Add(new(Tenant, Client, CloudServer.Issuer, "space:default:project:sdk-azure:environment:sdk-azure", FakeEntra.Audience));
        fixture.Clouds.Entra.Subscriptions[Subscription] = [Client];
        var account = await server.AddAzureAsync("Sdk azure");
        var project = await server.AddProjectWithAsync("Sdk azure", [Variable("Cloud", "AzureAccount", account)], Both("Octopus.AzurePowerShell", "Octopus.Action.Azure.AccountId", "#{Cloud}", program.Call(proxy, server.Certificates, "azure")));
        Lines(await server.DeployedAsync(project, "1.0.0", environment), "Production").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Googles_application_default_becomes_the_service_account()
    {
        await using var proxy = FakeProxy.Start(hosts: server.Hosts);
        using var kept = new TestDirectory();
        File.SetUnixFileMode(kept.Path, (UnixFileMode)0x1FF);
        var environment = await server.PlaceAsync("Sdk google");
        var google = fixture.Clouds.Google;
        google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer);
        google.ServiceAccounts[ServiceAccount] = new([FakeGoogle.Principal("space:default:project:sdk-google:environment:sdk-google")]);
        var account = await server.AddGoogleAsync("Sdk google");
        var call = $"umask 0; {program.Call(proxy, server.Certificates, $"google {kept.Path}/$$")}";
        var project = await server.AddProjectWithAsync("Sdk google", [Variable("Cloud", "GoogleCloudAccount", account)], Both("Octopus.GoogleCloudScripting", "Octopus.Action.GoogleCloudAccount.Variable", "Cloud", call));
        await server.DeployedAsync(project, "1.0.0", environment);
        Directory.GetFiles(kept.Path).Select(file => google.Tokens[File.ReadAllText(file)].Principal).ShouldBe([$"serviceAccount:{ServiceAccount}", $"serviceAccount:{ServiceAccount}"]);
    }

    /// <summary>A plain script, which has the only account of the cloud, and the cloud's own action.</summary>
    private static object[] Both(string type, string property, string value, string script) =>
    [
        Bash("Plain", script),
        Bash("Bound", script, action: new { ActionType = type }, properties: new() { [property] = value }),
    ];

    private static string[] Lines(TaskEnd end, string with) => [.. end.Log.Split('\n').Where(line => line.Contains(with, StringComparison.Ordinal)).Select(line => line[line.IndexOf(with, StringComparison.Ordinal)..].TrimEnd())];
}
