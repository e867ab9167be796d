using System.Text.Json;

namespace OctoLogin.DevIssuer;

/// <summary>Who may do what, as an administrator sets it up once: by the command line and the API. What a run before this one made is kept.</summary>
internal sealed class Registration(LocalServer server, Api admin, string issuer)
{
    public const string Account = "hello-octopus";
    public const string Project = "Hello Octopus";
    public const string Identity = "main";
    private const string Role = "Build server";
    private const string Space = "Spaces-1";

    /// <summary>The service account's GUID.</summary>
    public string Audience { get; private set; } = "";

    public async Task AccountAsync(CancellationToken cancel)
    {
        var known = Items(await VerbAsync(cancel, "service-account", "list")).FirstOrDefault(each => Is(each, "Username", Account));
        var isNew = known.ValueKind == JsonValueKind.Undefined;
        var account = isNew ? await VerbAsync(cancel, "service-account", "create", Account, "--role", Role) : known;
        Audience = account.GetProperty("ExternalId").GetString()!;
        Story.Detail($"service account {Account} with role {Role} in space Default; its GUID is {Audience} {(isNew ? "" : "(there from before)")}");
        if (isNew)
        {
            Story.Detail($"  by: ./octologin service-account create {Account} --role '{Role}'");
        }
    }

    public async Task IdentityAsync(CancellationToken cancel)
    {
        var known = (await VerbAsync(cancel, "identity", "list", Account)).GetProperty("OidcIdentities").EnumerateArray().FirstOrDefault(each => Is(each, "Name", Identity));
        var isThere = known.ValueKind != JsonValueKind.Undefined;
        if (isThere && !Is(known, "Issuer", issuer))
        {
            // The issuer's port was taken, so it has another name today.
            await VerbAsync(cancel, "identity", "remove", Account, Identity);
            isThere = false;
        }
        string[] add = ["identity", "add", Account, "--name", Identity, "--issuer", issuer, "--github", $"{Job.Owner}/{Job.Repository}", "--branch", "main",
            "--repository-id", Job.RepositoryId, "--owner-id", Job.OwnerId];
        if (!isThere)
        {
            await VerbAsync(cancel, add);
        }
        Story.Detail($"its OIDC identity {Identity}: issuer {issuer}, repository {Job.Owner}/{Job.Repository}, branch main {(isThere ? "(there from before)" : "")}");
        if (!isThere)
        {
            Story.Detail($"  by: ./octologin {string.Join(' ', add)}");
        }
    }

    public async Task ProjectAsync(CancellationToken cancel)
    {
        var known = (await admin.GetAsync($"/api/{Space}/projects/all", cancel)).EnumerateArray().FirstOrDefault(each => Is(each, "Name", Project));
        if (known.ValueKind == JsonValueKind.Undefined)
        {
            var group = (await admin.GetAsync($"/api/{Space}/projectgroups/all", cancel))[0].GetProperty("Id").GetString();
            var lifecycle = (await admin.GetAsync($"/api/{Space}/lifecycles/all", cancel))[0].GetProperty("Id").GetString();
            await admin.PostAsync($"/api/{Space}/projects", new { Name = Project, ProjectGroupId = group, LifecycleId = lifecycle }, cancel);
        }
        Story.Detail($"project {Project} in space Default {(known.ValueKind == JsonValueKind.Undefined ? "" : "(there from before)")}");
    }

    private async Task<JsonElement> VerbAsync(CancellationToken cancel, params string[] args) => JsonDocument.Parse(await server.VerbAsync(args, cancel)).RootElement;

    private static JsonElement.ArrayEnumerator Items(JsonElement list) => list.GetProperty("Items").EnumerateArray();

    private static bool Is(JsonElement json, string property, string value) => json.GetProperty(property).GetString() == value;
}
