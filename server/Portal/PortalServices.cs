using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using OctoLogin.Portal.Rights;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Spaces;

namespace OctoLogin.Portal;

/// <summary>The pages below <c>/app</c>: for people what the API is for programs, by the same use cases and with the same rights.</summary>
public static class PortalServices
{
    public const string Root = "/app";

    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.AddRazorPages(pages =>
        {
            pages.RootDirectory = "/Portal/Pages";
            pages.Conventions.AddFolderApplicationModelConvention("/Space", page => page.EndpointMetadata.Add(new SpaceScoped()));
        }).AddMvcOptions(mvc =>
        {
            mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
            mvc.ModelMetadataDetailsProviders.Add(new EmptyTexts());
        }).ConfigureApplicationPartManager(parts =>
        {
            // Whatever program the server runs in: otherwise the pages are looked for in the one that was started.
            parts.ApplicationParts.Clear();
            parts.ApplicationParts.Add(new AssemblyPart(typeof(PortalServices).Assembly));
            parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(PortalServices).Assembly));
        });
        services.Configure<CookieTempDataProviderOptions>(flash => SetCookie(flash.Cookie, "OctoLogin.Flash"));
        services.AddAntiforgery(antiforgery =>
        {
            SetCookie(antiforgery.Cookie, "OctoLogin.Form");
            // PortalHeaders sets a stricter one.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        // Razor brings data protection with keys in the home directory; ours come of the master key, which every replica has.
        foreach (var warmsKeys in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(warmsKeys);
        }
        services.AddSingleton<IDataProtectionProvider, MasterKeyProtection>();
        services.AddSingleton<PortalAssets>();
        services.AddSingleton(provider => StyleOf(provider.GetRequiredService<PortalAssets>()));
        services.AddSingleton<Navigation>();
        services.AddSingleton<SpaceNames>().AddSingleton<ReleaseChoices>().AddSingleton<ExecutionChoices>();
        services.AddRights();
        services.AddSingleton<Home.Attention>().AddSingleton<Home.FailingIssuers>().AddHostedService<Home.FailingIssuersSharing>();
        services.AddSingleton<ServerSettings>();
        return services;
    }

    public static void MapPortal(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Results.Redirect(Root)).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet($"{Root}/assets/{{version}}/{{name}}", (string name, HttpContext context, PortalAssets assets) => assets.Serve(name, context))
            .AllowAnonymous().ExcludeFromDescription();
        // What browsers ask for by themselves, of the pages of errors and of the API's too.
        routes.MapGet("/favicon.ico", (HttpContext context, PortalAssets assets) => assets.Serve("logo.svg", context)).AllowAnonymous().ExcludeFromDescription();
        routes.MapRazorPages();
    }

    private static SignInPageStyle StyleOf(PortalAssets assets) => new([assets.Url("tabler.min.css"), assets.Url("portal.css")], [assets.Url("theme.js")]);

    private static void SetCookie(CookieBuilder cookie, string name)
    {
        cookie.Name = name;
        cookie.HttpOnly = true;
        cookie.IsEssential = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }

    /// <summary>A field that was emptied is sent as an empty text, which clears what is there; absent keeps it, as at the API.</summary>
    private sealed class EmptyTexts : IDisplayMetadataProvider
    {
        public void CreateDisplayMetadata(DisplayMetadataProviderContext context) => context.DisplayMetadata.ConvertEmptyStringToNull = false;
    }
}
