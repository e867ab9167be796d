using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

public sealed class PackageRetentionTests
{
    [Fact]
    public async Task Removes_old_packages_but_those_of_releases()
    {
        await using var server = new ServerFixture { Settings = { ["Packages:RetentionDays"] = "30" } };
        await server.InitializeAsync();
        var project = await server.AddProjectAsync("Keeper");
        await server.SetProcessAsync(project.Id, Api.Step("Deploy", new { PackageId = "Kept.Web" }));
        var other = await server.AddSpaceAsync();
        await server.MakePackageAsync("Kept.Web.1.0.0.zip");
        await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = "Keeper" });
        await server.MakePackageAsync("Kept.Web.2.0.0.zip");
        await server.MakePackageAsync("Kept.Web.1.0.0.zip", space: $"/api/{other}");
        var retention = server.Services.GetRequiredService<PackageRetention>();
        server.Clock.Advance(TimeSpan.FromDays(29));
        (await retention.RunAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        await server.MakePackageAsync("Kept.Web.3.0.0.zip");

        server.Clock.Advance(TimeSpan.FromDays(2));
        // As the task of each day does it: 2.0.0 here, and 1.0.0 of the other space, of which no release is.
        await server.Services.GetRequiredService<RetentionSchedule>().QueueAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await server.Admin.SeeAsync($"{Api.Space}/packages")).Names("Version") is ["3.0.0", "1.0.0"], "the task Retention has removed them");
        (await server.Admin.SeeAsync($"/api/{other}/packages")).Names("Version").ShouldBeEmpty();
        var events = await server.Admin.SeeAsync("/api/events?eventCategories=Deleted&take=100");
        events.Names("Message").ShouldContain("Package Kept.Web.2.0.0.zip was deleted");
        events.Names("Username").ShouldAllBe(name => name == "system");

        server.Clock.Advance(TimeSpan.FromHours(2));
        (await server.Services.GetRequiredService<PackageContents>().RemoveLeftoversAsync(TestContext.Current.CancellationToken)).ShouldBe(2);
    }

    [Fact]
    public async Task Keeps_everything_unless_it_is_told()
    {
        await using var server = new ServerFixture();
        await server.InitializeAsync();
        await server.MakePackageAsync("Kept.Web.1.0.0.zip");
        server.Clock.Advance(TimeSpan.FromDays(5000));
        (await server.Services.GetRequiredService<PackageRetention>().RunAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
    }
}
