using System.Text.Json;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.Machines;

namespace OctoLogin.HealthChecks;

/// <summary>Reads an Azure Web App from the resource manager, as its account's application. Whether the app itself runs is its owner's.</summary>
public sealed class AzureWebAppCheck(AzureLogin azure)
{
    public const string Style = "AzureWebApp";

    /// <summary>What was found, as a sentence.</summary>
    public async Task<string> CheckAsync(TargetLogin login, CancellationToken cancel)
    {
        if (login.Account.Details is not AzureOidcDetails app)
        {
            throw new TargetFault($"Account '{login.Account.Name}' is of the type {login.Account.AccountType}; an Azure Web App needs one of the type {AccountType.AzureOidc}.");
        }
        var (group, name) = (login.Required("ResourceGroupName"), login.Required("WebAppName"));
        var slot = MachineEndpoint.Part(login.Machine.Endpoint, "WebAppSlotName") is null ? "" : $"/slots/{Uri.EscapeDataString(login.Required("WebAppSlotName"))}";
        var access = login.Hide(await azure.LoginAsync(app, AzureLogin.ManagementScope(app), login.Token, cancel, login.Log.Warning));
        var path = $"/resourceGroups/{Uri.EscapeDataString(group)}/providers/Microsoft.Web/sites/{Uri.EscapeDataString(name)}{slot}?api-version=2023-12-01";
        var site = await azure.ResourceAsync(app, HttpMethod.Get, path, code => AzureAdvice.ForResource(code, app, $"web app {Printable.Of(name)} in the resource group {Printable.Of(group)}"), access, login.Token, cancel);
        return $"Web app {Printable.Of(name)} could be read; Azure says that it is {State(site)}.";
    }

    private static string Printed(string? state) => Printable.Of(state ?? "there", 60);

    private static string State(JsonElement site) =>
        Printed(site.ValueKind == JsonValueKind.Object && MachineEndpoint.Property(site, "properties") is { } properties ? MachineEndpoint.Part(properties, "state") : null);
}
