using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>Inputs that cannot work are told at once, all of them, before any call.</summary>
public sealed class InputTests
{
    [Theory]
    [InlineData("", "Input `server` is empty")]
    [InlineData("octopus.example.com", "did you mean https://octopus.example.com?")]
    [InlineData("ftp://octopus.example.com", "must be an address that begins with https://")]
    [InlineData("https://", "must be an address that begins with https://")]
    [InlineData("https://octopus.example.com/app#/Spaces-1", "leave out what follows '?' or '#', as in https://octopus.example.com.")]
    [InlineData("https://octopus.example.com?x=1", "leave out what follows '?' or '#'")]
    public async Task Refuses_a_server_that_is_no_address(string server, string expected)
    {
        var run = await RunAsync(("server", server), ("service_account_id", ActionFixture.ServiceAccountId));

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain(expected);
        run.Env.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refuses_a_password_in_the_server_address_without_showing_it()
    {
        var run = await RunAsync(("server", "https://admin:hunter2@octopus.example.com"), ("api_key", "API-1"));

        run.Errors.ShouldHaveSingleItem().ShouldContain("holds a user name or password");
        run.Visible.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Needs_a_service_account_or_an_API_key()
    {
        var run = await RunAsync(("server", "https://octopus.example.com"), ("service_account_id", " "), ("api_key", ""));

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldStartWith("Input `service_account_id` is empty, and so is `api_key`");
    }

    [Fact]
    public async Task Refuses_a_service_account_and_an_API_key_together()
    {
        var run = await RunAsync(("server", "https://octopus.example.com"), ("service_account_id", ActionFixture.ServiceAccountId), ("api_key", "API-SECRET"));

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("are both given");
        run.Visible.ShouldNotContain("API-SECRET");
    }

    [Fact]
    public async Task Refuses_an_API_key_with_lines_in_it_without_showing_it()
    {
        var run = await RunAsync(("server", "https://octopus.example.com"), ("api_key", "API-SECRET\nOTHER=1"));

        run.Errors.ShouldHaveSingleItem().ShouldContain("`api_key` holds white space");
        run.Visible.ShouldNotContain("API-SECRET");
    }

    [Fact]
    public async Task Names_every_fault_at_once()
    {
        var run = await RunAsync(("revoke", "yes"));

        run.Errors.ShouldHaveSingleItem().Split('\n').Length.ShouldBe(3);
        run.Errors[0].ShouldContain("Input `revoke` is 'yes': write true or false.");
        run.Summary.ShouldContain("Input `server` is empty");
    }

    [Fact]
    public async Task Warns_of_plain_http_to_another_machine()
    {
        var run = await RunAsync(("server", "http://octopus.example.com"), ("api_key", "API-1"));

        run.ExitCode.ShouldBe(0);
        run.Warnings.ShouldHaveSingleItem().ShouldContain("without https everyone on the way can read the tokens");
    }

    [Fact]
    public async Task Says_which_permission_the_job_lacks_and_that_forks_cannot_have_it()
    {
        var run = await RunAsync(("server", "https://octopus.example.com"), ("service_account_id", ActionFixture.ServiceAccountId));

        run.ExitCode.ShouldBe(1);
        var error = run.Errors.ShouldHaveSingleItem();
        error.ShouldContain("permissions:\n  id-token: write");
        error.ShouldContain("Pull requests from forks cannot have it");
        run.Summary.ShouldContain("```yaml\npermissions:\n  id-token: write");
    }

    [Fact]
    public async Task Says_which_file_of_the_runner_it_cannot_write()
    {
        var runner = new ActionRunner();
        runner.Inputs["server"] = "https://octopus.example.com";
        runner.Inputs["api_key"] = "API-1";
        runner.Environment["GITHUB_ENV"] = "/nowhere/env";

        var run = await runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("GITHUB_ENV names /nowhere/env, which cannot be written");
    }

    private static Task<ActionRun> RunAsync(params (string Name, string Value)[] inputs)
    {
        var runner = new ActionRunner();
        foreach (var (name, value) in inputs)
        {
            runner.Inputs[name] = value;
        }
        return runner.RunAsync();
    }
}
