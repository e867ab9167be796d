using OctoLogin.Tests.Containers;
using OctoLogin.Tests.Scripts;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>Steps that need more of the machine than Bash: PowerShell, and a container. From the process to the log of the task.</summary>
public sealed class ScriptPlaceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly Dictionary<string, object?> InPowerShell = new() { ["Octopus.Action.Script.Syntax"] = "PowerShell" };

    [Fact]
    public async Task A_PowerShell_step_is_deployed_with_its_functions()
    {
        Assert.SkipUnless(PowerShell.IsHere, PowerShell.Missing);
        var environment = await server.PlaceAsync("PowerShell");
        var project = await server.AddReleasedProjectAsync("PowerShell",
            Bash("Make", """
                Write-Host "to $($OctopusParameters['Octopus.Environment.Name']), release #{Octopus.Release.Number}"
                Write-Warning "careful"
                Set-OctopusVariable -name "Colour" -value "deep blue"
                Set-OctopusVariable -name "Word" -value "xyzzy-plugh" -sensitive
                "kept" | Out-File kept.txt; New-OctopusArtifact kept.txt
                """, properties: InPowerShell),
            Bash("Use", """echo "was #{Octopus.Action[Make].Output.Colour}, said #{Octopus.Action[Make].Output.Word}" """));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        foreach (var line in new[] { "to PowerShell, release 1.0.0", "careful", "was deep blue, said ********" })
        {
            end.Log.ShouldContain(line);
        }
        end.Tree.ShouldStartWith("Step 1: Make: SuccessWithWarning");
        (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Names("Filename").ShouldBe(["kept.txt"]);
    }

    [Fact]
    public async Task A_PowerShell_step_that_fails_fails_the_deployment()
    {
        Assert.SkipUnless(PowerShell.IsHere, PowerShell.Missing);
        var environment = await server.PlaceAsync("PowerShell fails");
        var project = await server.AddReleasedProjectAsync("PowerShell fails", Bash("Break", "throw 'as it must'", properties: InPowerShell));
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log.ShouldContain("as it must");
    }

    [Fact]
    public async Task A_PowerShell_step_without_PowerShell_fails_the_deployment_and_says_what_to_do()
    {
        Assert.SkipWhen(PowerShell.IsHere, "PowerShell is on this machine, so what is said without it was not tested.");
        var environment = await server.PlaceAsync("No PowerShell");
        var project = await server.AddReleasedProjectAsync("No PowerShell", Bash("Tell", "Write-Host 'hello'", properties: InPowerShell));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Log.ShouldContain("PowerShell (pwsh) is not on this machine. Install it, or run the step in a container image that has it.");
        end.Tree.ShouldBe("Step 1: Tell: Failed\n  Server: Failed");
    }

    [Fact]
    public async Task A_step_is_deployed_in_a_container_with_its_functions()
    {
        if (await Docker.WhatIsMissingAsync(ContainerScriptTests.Image) is { } missing)
        {
            Assert.Skip(missing);
        }
        var environment = await server.PlaceAsync("Contained");
        var project = await server.AddReleasedProjectAsync("Contained",
            Bash("Inside", """
                [ -e /.dockerenv ] && echo "in a container, to $(get_octopusvariable Octopus.Environment.Name)"
                set_octopusvariable Colour "deep blue"; echo kept > kept.txt; new_octopusartifact kept.txt
                """, action: new { Container = new { ContainerScriptTests.Image } }),
            Bash("Outside", """[ -e /.dockerenv ] || echo "outside"; echo "was #{Octopus.Action[Inside].Output.Colour}" """));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("in a container, to Contained");
        end.Log.ShouldContain("was deep blue");
        (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Names("Filename").ShouldBe(["kept.txt"]);
    }

    [Fact]
    public async Task A_step_for_a_container_image_that_is_none_fails_the_deployment()
    {
        var environment = await server.PlaceAsync("Not contained");
        var project = await server.AddReleasedProjectAsync("Not contained", Bash("Inside", "echo hello", action: new { Container = new { Image = "--privileged" } }));
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log.ShouldContain("'--privileged' is no name of a container image.");
    }
}
