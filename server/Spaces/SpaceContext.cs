using OctoLogin.Http;

namespace OctoLogin.Spaces;

/// <summary>
/// The space that a path names (<c>/api/{space}/…</c> by Id or slug) or, without one, the default space.
/// A handler takes it as a parameter; <see cref="SpaceRoutes"/> has found it.
/// </summary>
public sealed record SpaceContext(string Id, Space Space)
{
    public static ValueTask<SpaceContext?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<SpaceContext>());

    /// <summary>What is wrong with the space that a body names; null when it is this one, or none is named.</summary>
    public string? Mismatch(string property, string? named) =>
        string.IsNullOrWhiteSpace(named)
            || new[] { Id, Space.Slug, Space.Name }.Contains(named.Trim(), StringComparer.OrdinalIgnoreCase)
            ? null
            : $"{property} is '{Printable.Of(named)}', but the path names space '{Space.Name}' ({Id}). Send the request to the space that is meant.";
}

public static class SpaceRoutes
{
    /// <summary>Maps the same routes below <c>/api/{space}</c> and below <c>/api</c>, where they mean the default space.</summary>
    public static void MapSpaceRoutes(this IEndpointRouteBuilder routes, string prefix, Action<RouteGroupBuilder> map)
    {
        foreach (var path in (ReadOnlySpan<string>)[$"/api/{{space}}/{prefix}", $"/api/{prefix}"])
        {
            var group = routes.MapGroup(path).WithTags(Tag(prefix));
            if (!path.Contains("{space}", StringComparison.Ordinal))
            {
                // The same once more would only double the length of the API's page.
                group.ExcludeFromDescription();
            }
            map(group.WithMetadata(new SpaceScoped()));
        }
    }

    /// <summary>Runs between routing and binding, so that handlers can take the <see cref="SpaceContext"/> as a parameter.</summary>
    public static IApplicationBuilder UseSpaces(this IApplicationBuilder app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<SpaceScoped>() is null ? next(context) : InSpaceAsync(context, next));

    private static async Task InSpaceAsync(HttpContext context, RequestDelegate next)
    {
        var spaces = context.RequestServices.GetRequiredService<SpaceStore>();
        var named = context.GetRouteValue("space")?.ToString();
        var space = named is null
            ? await spaces.FindDefaultAsync(context.RequestAborted)
            : await spaces.FindAsync(named, context.RequestAborted);
        context.Features.Set(space is null ? throw ApiException.NotFound("space", named ?? "(default)") : new SpaceContext(space.Id, space));
        await next(context);
    }

    private static string Tag(string prefix) => prefix.Split('/')[0];
}

/// <summary>Metadata of a route that needs a <see cref="SpaceContext"/>.</summary>
public sealed record SpaceScoped;
