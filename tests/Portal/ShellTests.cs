using System.Text.RegularExpressions;
using OctoLogin.Tests.Architecture;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>What all pages have: assets, headers, errors, forms.</summary>
public sealed partial class ShellTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);
    private readonly PortalClient nobody = new(server.Url, null);

    [Fact]
    public async Task Its_style_sheets_scripts_and_pictures_are_there_for_everybody_and_may_be_kept_for_ever()
    {
        var page = await admin.GetAsync("/app/spaces");
        string[] urls = [.. page.Document.QuerySelectorAll("link[href], script[src], img[src]").Select(one => one.GetAttribute("href") ?? one.GetAttribute("src")!).Distinct()];
        urls.Length.ShouldBeGreaterThan(5);
        foreach (var url in urls)
        {
            using var response = await nobody.Http.GetAsync(url);
            response.EnsureSuccessStatusCode();
            response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            (await response.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void Every_icon_that_a_page_names_is_in_the_assembly()
    {
        var pages = Directory.GetFiles(Path.Combine(DependencyTests.Root, "server/Portal"), "*.cshtml", SearchOption.AllDirectories).Concat(
            Directory.GetFiles(Path.Combine(DependencyTests.Root, "server/Portal"), "*.cs", SearchOption.AllDirectories));
        var named = pages.SelectMany(file => IconName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value + match.Groups[2].Value + match.Groups[3].Value)).Distinct().ToList();
        named.Remove("");
        named.ShouldContain("plus");
        var held = typeof(Server).Assembly.GetManifestResourceNames();
        named.Where(name => !held.Contains($"OctoLogin.Portal.Assets.icons.{name}.svg")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_sent_to_sign_in_and_from_there_back()
    {
        using var response = await nobody.Http.GetAsync("/app/spaces?q=a%20b");
        ((int)response.StatusCode).ShouldBe(302);
        response.Headers.Location!.ToString().ShouldBe("/app/sign-in?redirectAfterLoginTo=%2Fapp%2Fspaces%3Fq%3Da%2520b");
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_not_allowed_are_pages_with_a_correlation_id()
    {
        (await admin.GetAsync("/app/nowhere", 404)).Words.ShouldContain("There is no such page here");
        (await admin.GetAsync("/app/spaces/Spaces-99/edit", 404)).Words.ShouldContain("There is no space 'Spaces-99' here.");
        var somebody = await server.AddCallerAsync();
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var refused = await client.GetAsync("/app/spaces/new", 403);
        refused.Words.ShouldContain("does not have the permission SpaceCreate on this server");
        refused.Words.ShouldContain("Correlation id");
    }

    [Fact]
    public async Task A_form_says_what_is_wrong_beside_the_field_and_does_its_work_without_script()
    {
        var page = await admin.GetAsync("/app/spaces/new");
        var name = $"Space {Guid.NewGuid():N}";
        var refused = await admin.SubmitAsync(page, "Create", 400, ("Input.Name", name), ("Input.Slug", "No Slug"));
        refused.ErrorsOf("Input.Slug").Single().ShouldContain("No Slug");
        refused.Document.QuerySelector("[name='Input.Name']")!.GetAttribute("value").ShouldBe(name);
        var made = await admin.SubmitAsync(refused, "Create", 200, ("Input.Slug", ""));
        made.Path.ShouldBe("/app/spaces");
        made.Words.ShouldContain($"Space {name} was created.");
        (await admin.GetAsync("/app/spaces")).Words.ShouldNotContain("was created");

        var edit = await admin.GetAsync(made.Document.QuerySelectorAll("th a").Single(link => link.TextContent == name).GetAttribute("href")!);
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", "something else"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", name))).Words.ShouldContain($"Space {name} was deleted.");
    }

    /// <summary>F2: the link to a page must not choose what "Save" does there.</summary>
    [Fact]
    public async Task A_form_takes_nothing_of_its_pages_address_along()
    {
        var name = $"Kept {Guid.NewGuid():N}";
        await admin.SubmitAsync(await admin.GetAsync("/app/spaces/new"), "Create", 200, ("Input.Name", name));
        var path = (await admin.GetAsync("/app/spaces")).Document.QuerySelectorAll("th a").Single(link => link.TextContent == name).GetAttribute("href")!;
        var crafted = await admin.GetAsync($"{path}?handler=Delete&confirm={Uri.EscapeDataString(name)}&Input.Description=planted");
        crafted.Document.QuerySelectorAll("form[method=post]").Select(form => form.GetAttribute("action")).ShouldAllBe(action => !string.IsNullOrEmpty(action) && !action.Contains("confirm"));
        (await admin.SubmitAsync(crafted, "Save")).Words.ShouldContain($"Space {name} was saved.");
        (await server.Admin.GetAsync("/api/spaces/all", 200)).Text.ShouldContain(name);
    }

    [Fact]
    public async Task A_form_without_its_token_does_nothing()
    {
        using var response = await admin.Http.PostAsync("/app/spaces/new", new FormUrlEncodedContent([KeyValuePair.Create("Input.Name", "forged")]));
        ((int)response.StatusCode).ShouldBe(403);
        (await response.Content.ReadAsStringAsync()).ShouldContain("This form is out of date");
        (await server.Admin.GetAsync("/api/spaces/all", 200)).Text.ShouldNotContain("forged");
    }

    public void Dispose()
    {
        admin.Dispose();
        nobody.Dispose();
    }

    [GeneratedRegex("""<icon name="([a-z0-9-]+)"|EmptyState\("([a-z0-9-]+)"|", "([a-z0-9-]+)", Permission\.""")]
    private static partial Regex IconName();
}
