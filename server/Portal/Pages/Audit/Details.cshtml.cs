using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Audit;

namespace OctoLogin.Portal.Pages.Audit;

public sealed class DetailsModel(AuditLog audit) : PortalPage
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public AuditRow Event { get; private set; } = null!;
    public JsonElement Details { get; private set; }

    /// <summary>The event as the API gives it.</summary>
    public string Json { get; private set; } = "";

    public string CategoryName => AuditCategories.All.FirstOrDefault(known => known.Id == Event.Category)?.Name ?? Event.Category;
    public bool IsRefusal => Event.Category == AuditCategories.TokenRefused;

    public async Task OnGetAsync(string id)
    {
        Event = await AuditEndpoints.FindAsync(id, AuditEndpoints.SeenSpaces(Caller, null), audit, Cancel);
        var resource = AuditEventResource.Of(Event);
        Details = resource.Details;
        Json = JsonSerializer.Serialize(resource, Indented);
    }
}
