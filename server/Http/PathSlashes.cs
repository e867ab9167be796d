namespace OctoLogin.Http;

/// <summary>
/// Octopus clients concatenate a server URL that may end in a slash with paths that begin with one, so
/// <c>//.well-known/openid-configuration</c> and every other doubled slash means the single one.
/// </summary>
public static class PathSlashes
{
    public static IApplicationBuilder UseSingleSlashes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var path = context.Request.Path.Value;
        if (path is not null && path.Contains("//", StringComparison.Ordinal))
        {
            var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            context.Request.Path = new PathString("/" + string.Join('/', parts));
        }
        return next(context);
    });
}
