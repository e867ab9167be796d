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
    // No id and no slug of a space: what the router sees of a path that names none.
    private const string Default = "~";

    /// <summary>
    /// Maps routes below <c>/api/{space}</c>; below <c>/api</c> alone they mean the default space. Each is mapped once, and
    /// <see cref="UseDefaultSpace"/> completes the paths: beside literal paths of the same words the router would keep a branch for each
    /// way to read a path, several times as many as there are routes.
    /// </summary>
    public static void MapSpaceRoutes(this IEndpointRouteBuilder routes, string prefix, Action<RouteGroupBuilder> map)
    {
        routes.ServiceProvider.GetRequiredService<SpaceCollections>().Add(Tag(prefix));
        map(routes.MapGroup($"/api/{{space}}/{prefix}").WithTags(Tag(prefix)).WithMetadata(new SpaceScoped()));
    }

    /// <summary>Before routing: <c>/api/projects</c> is read as <c>/api/{space}/projects</c>.</summary>
    public static IApplicationBuilder UseDefaultSpace(this IApplicationBuilder app)
    {
        var collections = app.ApplicationServices.GetRequiredService<SpaceCollections>();
        return app.Use((context, next) => collections.Begins(context.Request.Path) ? InDefaultSpaceAsync(context, next) : next(context));
    }

    private static async Task InDefaultSpaceAsync(HttpContext context, RequestDelegate next)
    {
        var asked = context.Request.Path;
        context.Features.Set(new DefaultSpace());
        // Its value is decoded already; a string that is assigned would be once more.
        context.Request.Path = new PathString($"/api/{Default}{asked.Value!["/api".Length..]}");
        try
        {
            await next(context);
        }
        finally
        {
            // What is told of the request is what was asked for.
            context.Request.Path = asked;
        }
    }

    /// <summary>Runs between routing and binding, so that handlers can take the <see cref="SpaceContext"/> as a parameter.</summary>
    public static IApplicationBuilder UseSpaces(this IApplicationBuilder app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<SpaceScoped>() is null ? next(context) : InSpaceAsync(context, next));

    private static async Task InSpaceAsync(HttpContext context, RequestDelegate next)
    {
        var spaces = context.RequestServices.GetRequiredService<SpaceStore>();
        var named = context.Features.Get<DefaultSpace>() is null ? context.GetRouteValue("space")?.ToString() : null;
        var space = named is null
            ? await spaces.FindDefaultAsync(context.RequestAborted)
            : await spaces.FindAsync(named, context.RequestAborted);
        context.Features.Set(space is null ? throw ApiException.NotFound("space", named ?? "(default)") : new SpaceContext(space.Id, space));
        await next(context);
    }

    private static string Tag(string prefix) => prefix.Split('/')[0];

    /// <summary>The path named no space. Nobody can say so by writing <see cref="Default"/> into it.</summary>
    private sealed record DefaultSpace;
}

/// <summary>Metadata of a route that needs a <see cref="SpaceContext"/>.</summary>
public sealed record SpaceScoped;

/// <summary>The first words behind <c>/api</c> of the paths that mean the default space.</summary>
public sealed class SpaceCollections
{
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>While routes are mapped.</summary>
    public void Add(string name) => names.Add(name);

    public bool Begins(PathString path)
    {
        const string Api = "/api/";
        var text = path.Value.AsSpan();
        if (!text.StartsWith(Api, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        var below = text[Api.Length..];
        var end = below.IndexOf('/');
        return names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(end < 0 ? below : below[..end]);
    }
}
