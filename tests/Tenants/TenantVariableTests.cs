using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Tenants;

public sealed class TenantVariableTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task There_are_no_templates_so_no_values_are_read_and_none_are_taken()
    {
        var (environment, project) = (await server.AddEnvironmentAsync(), await server.AddTenantedProjectAsync("Templated"));
        var tenant = await server.AddTenantAsync("Valued", projects: new Dictionary<string, string[]> { [project.Id] = [environment.Id] });
        var path = $"{Api.Space}/tenants/{tenant.Id}";
        var read = await server.Admin.SeeAsync($"{path}/variables");
        (read["TenantId"], read["TenantName"], read["SpaceId"], read.Json.GetProperty("LibraryVariables").GetRawText()).ShouldBe((tenant.Id, "Valued", "Spaces-1", "{}"));
        var ofProject = read.Json.GetProperty("ProjectVariables").GetProperty(project.Id);
        (ofProject.GetProperty("ProjectName").GetString(), ofProject.GetProperty("Templates").GetRawText(), ofProject.GetProperty("Variables").GetRawText())
            .ShouldBe(("Templated", "[]", $"{{\"{environment.Id}\":{{}}}}"));
        (await server.Admin.SendAsync("PUT", $"{path}/variables", read.Json)).ShouldBe(200).Text.ShouldBe(read.Text);
        (await server.Admin.SendAsync("PUT", $"{path}/variables", new
        {
            ProjectVariables = new Dictionary<string, object> { [project.Id] = new { Variables = new Dictionary<string, object> { [environment.Id] = new { Port = "80" } } } },
            LibraryVariables = new { Set = new { Variables = new { Key = new { HasValue = true, NewValue = "hunter2" } } } },
        })).ShouldBeRefused(400, "2 values", "no variable templates").Text.ShouldNotContain("hunter2");
        foreach (var kind in (string[])["commonvariables", "projectvariables"])
        {
            var values = await server.Admin.SeeAsync($"{path}/{kind}?includeMissingVariables=true");
            values.Text.ShouldBe($$"""{"TenantId":"{{tenant.Id}}","Variables":[],"MissingVariables":[]}""");
            (await server.Admin.SendAsync("PUT", $"{path}/{kind}", Array.Empty<object>())).ShouldBe(200).Text.ShouldBe(values.Text);
            (await server.Admin.SendAsync("PUT", $"{path}/{kind}", new { Variables = new[] { new { TemplateId = "t", Value = "80" } } })).ShouldBeRefused(400, "1 values");
        }
        (await server.Admin.SeeAsync($"{Api.Space}/tenants/variables-missing?tenantId={tenant.Id}")).Text.ShouldBe("[]");
    }

    [Fact]
    public async Task Are_closed_to_who_sees_no_variables_or_another_tenant_alone()
    {
        var (mine, other) = (await server.AddTenantAsync(), await server.AddTenantAsync());
        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectviewer", tenants: [mine.Id]);
        await caller.Client.SeeAsync($"{Api.Space}/tenants/{mine.Id}/variables");
        (await caller.Client.SendAsync("GET", $"{Api.Space}/tenants/{other.Id}/variables")).ShouldBe(404);
        (await caller.Client.SendAsync("PUT", $"{Api.Space}/tenants/{mine.Id}/variables", new { })).ShouldBeRefused(403, "VariableEdit");
        (await caller.Client.SendAsync("PUT", $"{Api.Space}/tenants/{mine.Id}/projectvariables", Array.Empty<object>())).ShouldBeRefused(403, "VariableEdit");
    }
}
