using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OctoLogin.Tests.Support;

/// <summary>A page below <c>/app</c> as the server has mapped it, with the handlers that the framework itself chooses from: none is missed for its name.</summary>
public sealed record PortalRoute(string Pattern, bool IsAnonymous, IReadOnlyList<PortalHandler> Handlers)
{
    public IEnumerable<PortalHandler> Gets => Handlers.Where(handler => handler.Method == "GET");
    public IEnumerable<PortalHandler> Posts => Handlers.Where(handler => handler.Method == "POST");

    public static async Task<IReadOnlyList<PortalRoute>> AllAsync(ServerFixture server)
    {
        var loader = server.Services.GetRequiredService<PageLoader>();
        var routes = new List<PortalRoute>();
        foreach (var endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not { } page)
            {
                continue;
            }
            var loaded = await loader.LoadAsync(page, endpoint.Metadata);
            routes.Add(new(
                $"/{endpoint.RoutePattern.RawText!.Trim('/')}",
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || loaded.ModelTypeInfo?.GetCustomAttribute<AllowAnonymousAttribute>() is not null,
                [.. loaded.HandlerMethods.Select(PortalHandler.Of)]));
        }
        return [.. routes.OrderBy(route => route.Pattern, StringComparer.Ordinal)];
    }
}

/// <param name="Name">Empty: the one without a name.</param>
/// <param name="Parameters">Of the method, beside what the page binds.</param>
public sealed record PortalHandler(string Method, string Name, IReadOnlyList<string> Parameters)
{
    public static PortalHandler Of(HandlerMethodDescriptor handler) =>
        new(handler.HttpMethod.ToUpperInvariant(), handler.Name ?? "", [.. handler.Parameters.Select(parameter => parameter.Name)]);
}
