using OctoLogin.Http;

namespace OctoLogin.Machines;

/// <summary>What a list of deployment targets is asked for beside its page. Null: not asked for.</summary>
[QueryParameter("roles", "Those with any of these roles, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("environmentIds", "Those in any of these environments.", typeof(string[]))]
[QueryParameter("tenantIds", "Those that name any of these tenants.", typeof(string[]))]
[QueryParameter("tenantTags", "Those that have any of these tenant tags.", typeof(string[]))]
[QueryParameter("healthStatuses", "Those of any of these health statuses.", typeof(string[]))]
[QueryParameter("commStyles", "Those whose endpoint has any of these communication styles.", typeof(string[]))]
[QueryParameter("isDisabled", "Only those that are disabled, or only those that are not.", typeof(bool))]
[QueryParameter("name", "The one with exactly this name, without case.")]
[QueryParameter("thumbprint", "Those with this thumbprint.")]
public sealed record MachineQuery
{
    public string[]? Roles { get; init; }
    public string[]? EnvironmentIds { get; init; }
    public string[]? TenantIds { get; init; }
    public string[]? TenantTags { get; init; }
    public string[]? HealthStatuses { get; init; }
    public string[]? CommStyles { get; init; }
    public bool? IsDisabled { get; init; }
    public string? Name { get; init; }
    public string? Thumbprint { get; init; }

    public static ValueTask<MachineQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        return ValueTask.FromResult<MachineQuery?>(new MachineQuery
        {
            Roles = QueryList.Of(query, "roles"),
            EnvironmentIds = QueryList.Of(query, "environmentIds"),
            TenantIds = QueryList.Of(query, "tenantIds"),
            TenantTags = QueryList.Of(query, "tenantTags"),
            HealthStatuses = QueryList.Of(query, "healthStatuses"),
            CommStyles = QueryList.Of(query, "commStyles"),
            IsDisabled = Flag(query["isDisabled"].ToString()),
            Name = Text(query["name"].ToString()),
            Thumbprint = Text(query["thumbprint"].ToString()),
        });
    }

    private static string? Text(string sent) => sent.Length == 0 ? null : sent;

    private static bool? Flag(string sent) => sent.Length == 0 ? null
        : bool.TryParse(sent, out var flag) ? flag
        : throw ApiException.BadRequest($"isDisabled must be true or false, not '{Printable.Of(sent)}'.");
}
