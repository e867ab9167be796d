using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>What becomes of a process when it runs: real scripts, in the order and under the conditions of its steps.</summary>
public sealed class DeploymentRunTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Runs_the_steps_in_order_and_says_so()
    {
        var environment = await server.PlaceAsync("Order");
        var project = await server.AddReleasedProjectAsync("In order", Bash("First", "echo one"), Bash("Second", "echo two"));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.IndexOf("one").ShouldBeLessThan(end.Log.IndexOf("two"));
        end.Tree.ShouldBe("Step 1: First: Success\n  Server: Success\nStep 2: Second: Success\n  Server: Success");
        (end.Task["Name"], end.Task["Description"]).ShouldBe(("Deploy", "Deploy In order release 1.0.0 to Order"));
    }

    [Fact]
    public async Task Gives_scripts_what_Octopus_gives_them()
    {
        var environment = await server.PlaceAsync("Named");
        var project = await server.AddReleasedProjectAsync("Told", Bash("Tell",
            """
            echo "#{Octopus.Project.Name} #{Octopus.Release.Number} to #{Octopus.Environment.Name} by #{Octopus.Deployment.CreatedBy.Username}"
            for name in Octopus.Deployment.Id Octopus.Task.Id Octopus.Step.Number Octopus.Action.Name Octopus.Space.Name; do echo "$name=$(get_octopusvariable "$name")"; done
            """));
        var answer = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "told", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "named" } });
        var end = await server.EndsAsync(answer.Tasks().Single());
        foreach (var line in new[] { "Told 1.0.0 to Named by admin", $"Octopus.Deployment.Id={answer.Deployments().Single()}", $"Octopus.Task.Id={answer.Tasks().Single()}", "Octopus.Step.Number=1", "Octopus.Action.Name=Tell", "Octopus.Space.Name=Default" })
        {
            end.Log.ShouldContain(line);
        }
    }

    [Fact]
    public async Task Hands_output_variables_on_to_later_steps_and_masks_the_sensitive_ones()
    {
        var environment = await server.PlaceAsync("Outputs");
        var project = await server.AddReleasedProjectAsync("Outputs",
            Bash("Make it", """set_octopusvariable Colour "deep blue"; set_octopusvariable Word "xyzzy-plugh" -sensitive"""),
            Bash("Use it", """echo "was #{Octopus.Action[Make it].Output.Colour}, $(get_octopusvariable "Octopus.Action[Make it].Output.Colour")"; echo "said #{Octopus.Action[Make it].Output.Word}" """),
            Bash("Only if blue", "echo it-was-blue", step: new { Condition = "Variable", Properties = new Dictionary<string, string> { ["Octopus.Step.ConditionVariableExpression"] = "#{if Octopus.Action[Make it].Output.Colour == \"deep blue\"}true#{/if}" } }));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("was deep blue, deep blue");
        end.Log.ShouldContain("said ********");
        end.Log.ShouldContain("it-was-blue");
        (end.Log + end.Details.Text).ShouldNotContain("xyzzy");
    }

    [Fact]
    public async Task After_a_failure_runs_what_is_for_failures_and_fails_as_Octopus_says()
    {
        var environment = await server.PlaceAsync("Failing");
        var project = await server.AddReleasedProjectAsync("Failing",
            Bash("Break", "echo to-stderr >&2; exit 3"), Bash("Go on", "echo must-not-run"),
            Bash("Mend", """echo "mending after #{Octopus.Step[Break].Status.Code}" """, step: new { Condition = "Failure" }),
            Bash("Tidy up", "echo tidied", step: new { Condition = "Always" }));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Task["ErrorMessage"].ShouldBe("The deployment failed because one or more steps failed. Please see the deployment log for details.");
        end.Tree.ShouldBe("Step 1: Break: Failed\n  Server: Failed\nStep 2: Go on: Skipped\nStep 3: Mend: Success\n  Server: Success\nStep 4: Tidy up: Success\n  Server: Success");
        end.Log.ShouldContain("mending after Failed");
        end.Log.ShouldNotContain("must-not-run");
        end.Task.Json.GetProperty("HasWarningsOrErrors").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Steps_that_start_with_the_one_before_run_beside_it()
    {
        // Each waits for the other's file: one after the other they would never end.
        using var shared = new TestDirectory();
        File.SetUnixFileMode(shared.Path, (UnixFileMode)0b111_111_111);
        string Meet(string mine, string other) => $"umask 0; touch {shared.Path}/{mine}; for i in $(seq 600); do [ -e {shared.Path}/{other} ] && exit 0; sleep 0.05; done; exit 1";
        var environment = await server.PlaceAsync("Parallel");
        var project = await server.AddReleasedProjectAsync("Parallel",
            Bash("A", Meet("a", "b")), Bash("B", Meet("b", "a"), step: new { StartTrigger = "StartWithPrevious" }), Bash("C", "echo after both"));
        (await server.DeployedAsync(project, "1.0.0", environment)).Log.ShouldContain("after both");
    }

    [Fact]
    public async Task Tries_again_as_often_as_the_step_says()
    {
        using var shared = new TestDirectory();
        File.SetUnixFileMode(shared.Path, (UnixFileMode)0b111_111_111);
        var environment = await server.PlaceAsync("Retries");
        string FailsUntil(int good) => $"umask 0; echo x >> {shared.Path}/tries; n=$(wc -l < {shared.Path}/tries); echo try-$n; [ $n -ge {good} ]";
        var retries = new Dictionary<string, object?> { ["Octopus.Action.AutoRetry.MaximumCount"] = "2", ["Octopus.Action.AutoRetry.MinimumBackoff"] = "0" };
        var project = await server.AddReleasedProjectAsync("Retries", Bash("Flaky", FailsUntil(3), properties: retries));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("Retry 2 of 2");
        end.Log.ShouldContain("try-3");
        await server.SetProcessAsync(project.Id, Bash("Flaky", FailsUntil(100), properties: retries));
        await server.ReleaseAsync(project, "1.0.1");
        (await server.DeployedAsync(project, "1.0.1", environment, "Failed")).Log.ShouldNotContain("Retry 3");
    }

    [Fact]
    public async Task A_step_that_takes_too_long_fails()
    {
        var environment = await server.PlaceAsync("Slow");
        var project = await server.AddReleasedProjectAsync("Slow", Bash("Sleep", "sleep 300", properties: new() { ["Octopus.Action.ExecutionTimeout.Minutes"] = "0.01" }), Bash("Always", "echo went-on", step: new { Condition = "Always" }));
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log.ShouldContain("went-on");
    }

    [Fact]
    public async Task An_action_type_that_cannot_run_is_saved_and_fails_the_task_by_name()
    {
        var environment = await server.PlaceAsync("Types");
        var project = await server.AddReleasedProjectAsync("Types", new { Name = "Web site", Actions = new[] { new { Name = "Web site", ActionType = "Octopus.IIS" } } });
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Log.ShouldContain("Step 'Web site' is of the type 'Octopus.IIS', which this server cannot run");
    }

    [Fact]
    public async Task A_step_for_targets_runs_for_each_of_them_with_its_variables()
    {
        var environment = await server.PlaceAsync("Farm");
        foreach (var (name, role) in new[] { ("web-1", "web"), ("web-2", "WEB"), ("db-1", "db") })
        {
            await server.Admin.MakeAsync($"{Api.Space}/machines", new { Name = name, Roles = new[] { role }, EnvironmentIds = new[] { environment }, Endpoint = new { CommunicationStyle = "None" } });
        }
        var onTargets = new Dictionary<string, object?> { ["Octopus.Action.RunOnServer"] = "false" };
        object For(string role) => new { Properties = new Dictionary<string, string> { ["Octopus.Action.TargetRoles"] = role } };
        var project = await server.AddReleasedProjectAsync("Farm",
            Bash("Web", """echo "here is #{Octopus.Machine.Name}"; set_octopusvariable Who "$(get_octopusvariable Octopus.Machine.Name)" """, step: For("web"), properties: onTargets),
            Bash("Nobody", "echo nobody", step: For("mail"), properties: onTargets),
            Bash("After", """echo "#{Octopus.Action[Web].Output[web-1].Who} and #{Octopus.Action[Web].Output[web-2].Who}" """));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("here is web-1");
        end.Log.ShouldContain("here is web-2");
        end.Log.ShouldNotContain("here is db-1");
        end.Log.ShouldContain("web-1 and web-2");
        end.Log.ShouldContain("Step 'Nobody' was skipped: no deployment target of the environment has the role 'mail'.");
        end.Tree.ShouldContain("Step 2: Nobody: Skipped");

        var only = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Farm", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "Farm" }, SpecificMachineNames = new[] { "WEB-1", "db-1" }, ExcludedMachineNames = new[] { "db-1" } });
        var log = (await server.EndsAsync(only.Tasks().Single())).Log;
        log.ShouldContain("here is web-1");
        log.ShouldNotContain("here is web-2");
    }

    [Fact]
    public async Task Leaves_out_the_steps_that_it_is_told_to()
    {
        await server.PlaceAsync("Skipping");
        await server.AddReleasedProjectAsync("Skipping", Bash("Keep", "echo kept"), Bash("Leave out", "echo left-out"));
        var answer = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Skipping", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "Skipping" }, SkipStepNames = new[] { "leave OUT" } });
        var end = await server.EndsAsync(answer.Tasks().Single());
        end.Log.ShouldContain("kept");
        end.Log.ShouldNotContain("left-out");
        end.Tree.ShouldContain("Step 2: Leave out: Skipped");
        (await server.Admin.SeeAsync($"{Api.Space}/deployments/{answer.Deployments().Single()}")).Json.GetProperty("SkipActions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_sensitive_property_of_a_step_reaches_its_script_and_no_log()
    {
        var environment = await server.PlaceAsync("Sealed");
        var project = await server.AddReleasedProjectAsync("Sealed", Bash("Secret", """v=$(get_octopusvariable My.Secret); echo "it has ${#v} characters: $v" """, properties: new() { ["My.Secret"] = new { HasValue = true, NewValue = "open-sesame" } }));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        end.Log.ShouldContain("it has 11 characters: ********");
        end.Details.Text.ShouldNotContain("open-sesame");
    }

    [Fact]
    public async Task One_that_is_canceled_stops_where_it_is_and_opens_nothing()
    {
        using var shared = new TestDirectory();
        File.SetUnixFileMode(shared.Path, (UnixFileMode)0b111_111_111);
        var environment = await server.PlaceAsync("Canceled");
        var long_ = Bash("Long", $"umask 0; touch {shared.Path}/began; sleep 600");
        var project = await server.AddReleasedProjectAsync("Canceled", long_, Bash("Always", "echo must-not-run", step: new { Condition = "Always" }));
        var task = (await server.DeployAsync(project, "1.0.0", environment)).Single();
        await Eventually.TrueAsync(() => File.Exists($"{shared.Path}/began"), "the script runs");
        (await server.Admin.SendAsync("POST", $"/api/tasks/{task}/cancel")).ShouldBe(200);
        var end = await server.EndsAsync(task, "Canceled");
        end.Tree.ShouldBe("Step 1: Long: Canceled\n  Server: Canceled");
        end.Log.ShouldNotContain("must-not-run");
        (await server.Admin.SeeAsync($"{Api.Space}/deployments?projects={project.Id}&taskState=Canceled")).Names("Id").Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_step_of_several_actions_runs_them_target_by_target()
    {
        var environment = await server.PlaceAsync("Rolling");
        await server.AddMachineAsync([environment], "roll-1", roles: ["roll"]);
        await server.AddMachineAsync([environment], "roll-2", roles: ["roll"]);
        object Action(string name, string body) => new { Name = name, ActionType = "Octopus.Script", Properties = new Dictionary<string, string> { ["Octopus.Action.Script.Syntax"] = "Bash", ["Octopus.Action.Script.ScriptBody"] = body } };
        var project = await server.AddReleasedProjectAsync("Rolling", new
        {
            Name = "Roll", Actions = new[] { Action("Take out", "echo out"), Action("Put in", """[ "#{Octopus.Machine.Name}" != roll-2 ]""") },
            Properties = new Dictionary<string, string> { ["Octopus.Action.TargetRoles"] = "roll", ["Octopus.Action.MaxParallelism"] = "1" },
        });
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Tree.ShouldBe(
            """
            Step 1: Roll: Failed
              roll-1: Success
                Take out: Success
                Put in: Success
              roll-2: Failed
                Take out: Success
                Put in: Failed
            """);
    }

    [Fact]
    public async Task One_at_a_time_for_the_same_project_and_environment()
    {
        using var shared = new TestDirectory();
        File.SetUnixFileMode(shared.Path, (UnixFileMode)0b111_111_111);
        var environment = await server.PlaceAsync("Alone");
        var project = await server.AddReleasedProjectAsync("Alone", Bash("Alone", $"mkdir {shared.Path}/lock || exit 1; sleep 0.3; rmdir {shared.Path}/lock"));
        var tasks = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            tasks.AddRange(await server.DeployAsync(project, "1.0.0", environment));
        }
        foreach (var task in tasks)
        {
            await server.EndsAsync(task);
        }
    }
}
