using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.Pages;

/// <summary>A cloud account made, its subject seen before the cloud is told, and tested.</summary>
public sealed class AccountJourneyTests(Chromium chromium, CloudServer stage) : PageTests(chromium), IClassFixture<CloudServer>
{
    private const string Role = "arn:aws:iam::123456789012:role/journey";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_account_shows_what_its_cloud_must_be_told_and_its_test_logs_in(bool javaScript)
    {
        var server = stage.Server;
        var name = Tenancy.Unique("aws").Replace(' ', '-');
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, $"{Role}-{javaScript}", $"space:default:account:{name}");
        var (_, username) = await server.AddPersonWithPasswordAsync("userroles-systemadministrator", "userroles-spacemanager@Spaces-1");
        var tab = await OpenAsync(server.Url, new() { JavaScript = javaScript });
        await tab.SignInAsync(username, SignedIn.Password, "/app/spaces/default/accounts/new/AmazonWebServicesOidcAccount");
        await tab.FillAsync("Name", name);
        await tab.Page.Locator("[name='Input.RoleArn']").FillAsync($"{Role}-{javaScript}");
        await tab.Page.Locator("[name='Input.Region']").FillAsync("eu-west-1");
        await tab.LooksGoodAsync();
        await tab.PressAsync("Create");
        await tab.SeesAsync($"Account {name} was created.");
        await tab.Page.Locator("[name='Place.Use']").SelectOptionAsync("AccountTest");
        if (!javaScript)
        {
            await tab.PressAsync("Show");
        }
        await tab.SeesAsync($"space:default:account:{name}");
        await tab.SeesAsync("sts:AssumeRoleWithWebIdentity");
        await tab.LooksGoodAsync();
        await tab.PressAsync("Test");
        var task = System.Text.RegularExpressions.Regex.Match(tab.Page.Url, "test=(ServerTasks-[0-9]+)").Groups[1].Value;
        await server.EndsAsync(task);
        if (!javaScript)
        {
            // Once the answer to the press is there: what is on its way cannot be loaded again.
            await Microsoft.Playwright.Assertions.Expect(tab.Page.Locator("#test")).ToBeVisibleAsync();
            await tab.Page.ReloadAsync();
        }
        await tab.SeesAsync($"Account {name} works.");
        await tab.SeesAsync("It works");
        await tab.LooksGoodAsync();
        if (javaScript)
        {
            await tab.ScreenshotAsync("account");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_feed_shows_its_subject_while_its_form_is_filled_in_and_its_test_tells_each_step(bool javaScript)
    {
        var server = stage.Server;
        var (name, role) = (Tenancy.Unique("ecr").Replace(' ', '-'), $"{Role}-feed-{javaScript}");
        stage.Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, role, $"space:default:feed:{name}");
        var (_, username) = await server.AddPersonWithPasswordAsync("userroles-systemadministrator", "userroles-spacemanager@Spaces-1");
        var tab = await OpenAsync(server.Url, new() { JavaScript = javaScript, Phone = javaScript, Dark = !javaScript });
        await tab.SignInAsync(username, SignedIn.Password, "/app/spaces/default/feeds/new/AwsElasticContainerRegistry");
        await tab.FillAsync("Name", name);
        await tab.Page.Locator("[name='Input.Region']").FillAsync("eu-west-1");
        await tab.Page.Locator("[name='Input.RoleArn']").FillAsync(role);
        if (javaScript)
        {
            // A change is told when one leaves the field.
            await tab.Page.Locator("[name='Input.RoleArn']").PressAsync("Tab");
        }
        else
        {
            await tab.PressAsync("Preview");
        }
        await tab.SeesAsync($"space:default:feed:{name}");
        await tab.SeesAsync("aws iam update-assume-role-policy");
        await tab.LooksGoodAsync();
        await tab.PressAsync("Create");
        await tab.SeesAsync("was created. Test it to see whether the login works.");
        await tab.PressAsync("Test");
        // Nobody here answers as Amazon ECR.
        await tab.SeesAsync("It failed");
        await tab.SeesAsync("A session in eu-west-1 until");
        await tab.SeesAsync("Amazon ECR could not be asked");
        await tab.LooksGoodAsync();
    }
}
