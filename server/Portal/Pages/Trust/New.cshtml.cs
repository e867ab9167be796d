using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Trust;

public sealed class NewModel(Issuers issuers) : PortalPage
{
    [BindProperty]
    public IssuerFields Input { get; set; } = new();

    public void OnGet() => Caller.Demand(Permission.AdministerSystem, AccessTarget.System);

    public async Task<IActionResult> OnPostAsync()
    {
        var made = "";
        return await TryAsync(async () => made = (await IssuerEndpoints.Create(Input.ToInput(Input.Issuer), Caller, issuers, Cancel)).Value!.Id)
            ? Done($"/app/issuers/{made}", $"The settings of {Input.Issuer} were saved.")
            : Page();
    }
}

public sealed record IssuerFields
{
    public string? Issuer { get; init; }
    public string? CertificateAuthority { get; init; }
    public string? Jwks { get; init; }
    public bool IsDisabled { get; init; }

    public IssuerInput ToInput(string? issuer) => new()
    {
        Issuer = issuer,
        CertificateAuthority = CertificateAuthority,
        Jwks = Jwks is null ? null : JsonSerializer.SerializeToElement(Jwks),
        IsDisabled = IsDisabled,
    };
}
