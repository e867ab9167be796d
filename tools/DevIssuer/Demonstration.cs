using System.Net;
using System.Text.Json;

namespace OctoLogin.DevIssuer;

/// <summary>The main job, once: a workflow logs in without a secret and creates a release. Every step says what was checked; none prints a token.</summary>
internal sealed class Demonstration(RunOptions options, LocalServer server, DevIssuer issuer)
{
    private readonly ActionStep action = new(options.ActionProgram);

    public async Task RunAsync(CancellationToken cancel)
    {
        using var admin = Api.WithKey(options.Url, server.AdminApiKey);

        Story.Step("An administrator registers who may log in (once)");
        var registration = new Registration(server, admin, issuer.Url);
        await registration.AccountAsync(cancel);
        await registration.IdentityAsync(cancel);
        await registration.ProjectAsync(cancel);

        Story.Step($"A workflow of {Job.Owner}/{Job.Repository} runs on main; its first step is the action");
        var job = new Job("main");
        var login = await LogInAsync(job, registration.Audience, cancel);
        var token = login.Environment.GetValueOrDefault("OCTOPUS_ACCESS_TOKEN");
        if (login.ExitCode != 0 || token is null)
        {
            throw new DemoException($"The action ended with exit code {login.ExitCode} and {(token is null ? "without" : "with")} an access token:\n{string.Join('\n', login.Lines)}");
        }
        await TellWhatWasCheckedAsync(admin, cancel);

        Story.Step("The next step of the same job creates a release with that token");
        using var workflow = Api.WithToken(options.Url, token);
        var (status, release) = await workflow.PostAsync("/api/Spaces-1/releases/create/v1", new { ProjectName = Registration.Project }, cancel);
        var version = release.GetProperty("ReleaseVersion").GetString();
        Story.Checked($"POST /api/Spaces-1/releases/create/v1: {(int)status}, release {version} of {Registration.Project} ({release.GetProperty("ReleaseId").GetString()})");
        var kept = await admin.GetAsync($"/api/Spaces-1/releases/{release.GetProperty("ReleaseId").GetString()}", cancel);
        Require(kept.GetProperty("Version").GetString() == version, "The release that was created is not the one that the server has.");
        Story.Checked($"the administrator finds release {version} too");

        Story.Step("The job ends; the action's post step revokes the token");
        await action.RunAsync(["revoke"], login.State.Select(each => new KeyValuePair<string, string>($"STATE_{each.Key}", each.Value)), cancel);
        var afterwards = await workflow.StatusAsync("/api/users/me", cancel);
        Require(afterwards == HttpStatusCode.Unauthorized, $"After the revocation the token must be refused with 401, but the server answered {(int)afterwards}.");
        Story.Checked("GET /api/users/me with the token: 401");

        Story.Step("Another workflow of the same repository, on branch feature, tries the same");
        var refused = await LogInAsync(new Job("feature"), registration.Audience, cancel);
        Require(refused.ExitCode != 0 && !refused.Environment.ContainsKey("OCTOPUS_ACCESS_TOKEN"), "A job on another branch must not get a token, and it did.");
        Story.Checked($"refused, exit code {refused.ExitCode}");
    }

    private async Task<StepResult> LogInAsync(Job job, string audience, CancellationToken cancel)
    {
        KeyValuePair<string, string>[] inputs = [new("INPUT_SERVER", options.Url), new("INPUT_SERVICE_ACCOUNT_ID", audience), new("GITHUB_ACTIONS", "true"), new("GITHUB_REPOSITORY", $"{Job.Owner}/{Job.Repository}")];
        Story.Detail($"uses: octologin-action   server: {options.Url}   service_account_id: {audience}");
        var step = await action.RunAsync([], inputs.Concat(issuer.VariablesFor(job)), cancel);
        foreach (var line in step.Lines)
        {
            Story.Detail($"| {line}");
        }
        return step;
    }

    /// <summary>From the audit, which has every check of the login with the claim that it was about.</summary>
    private async Task TellWhatWasCheckedAsync(Api admin, CancellationToken cancel)
    {
        var events = await admin.GetAsync("/api/events?eventCategories=TokenIssued&take=1", cancel);
        var details = events.GetProperty("Items")[0].GetProperty("Details");
        var claims = details.GetProperty("claims");
        Require(claims.GetProperty("iss").GetString() == issuer.Url, "The newest login of the audit is not this one.");
        Story.Checked($"signature: by the key '{details.GetProperty("header").GetProperty("kid").GetString()}' that {issuer.Url} publishes");
        Story.Checked($"times: issued at {At(claims, "iat")}, expires at {At(claims, "exp")}");
        foreach (var check in details.GetProperty("checks").EnumerateArray())
        {
            Require(check.GetProperty("passed").GetBoolean(), $"The audit has a check that did not pass: {check}");
            Story.Checked($"{check.GetProperty("part").GetString()}: {check.GetProperty("actual").GetString()}");
        }
        Story.Checked("used for the first time; the audit has the whole login, without the token");
    }

    private static string At(JsonElement claims, string name) => $"{DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty(name).GetInt64()):u}";

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new DemoException(otherwise);
        }
    }
}
