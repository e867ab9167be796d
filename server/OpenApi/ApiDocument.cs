using Microsoft.OpenApi;
using OctoLogin.Access;
using OctoLogin.Http;

namespace OctoLogin.OpenApi;

/// <summary>The description of the API at <c>/api/openapi.json</c>, and a page to browse it at <c>/api/docs</c>. Both are for everybody.</summary>
public static class ApiDocument
{
    public const string Path = "/api/openapi.json";

    private const string Bearer = "bearer";
    private const string ApiKey = "apiKey";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
        options.AddOperationTransformer<OperationDescriptions>();
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // Numbers are also read from strings, but they are numbers: a generated client must not offer a choice.
            if (context.JsonTypeInfo.Type is { } type && (type == typeof(int) || type == typeof(long) || type == typeof(int?) || type == typeof(long?)))
            {
                (schema.Type, schema.Pattern, schema.AnyOf) = (JsonSchemaType.Integer | (schema.Type & JsonSchemaType.Null ?? 0), null, null);
            }
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi(Path).AllowAnonymous();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api/docs"), docs => docs.Use((context, next) =>
        {
            // The page runs with whatever key somebody types into it, so nothing that did not come from here may run beside it.
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            return next(context);
        }));
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "api/docs";
            page.DocumentTitle = "OctoLogin";
            page.SwaggerEndpoint(Path, "OctoLogin");
            page.DefaultModelsExpandDepth(0);
            // Its bar offers to load another description, which the policy above forbids anyway.
            page.HeadContent = "<style>.swagger-ui .topbar { display: none }</style>";
        });
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OctoLogin",
            Version = ServerEndpoints.ProductVersion,
            Description =
                "Exchange an ID token of your CI for a short-lived access token at `/token/v1`, then call the API with it. " +
                $"The API is compatible with Octopus Deploy's (level {ServerEndpoints.OctopusApiLevel}). `{{space}}` is a space's Id or slug; " +
                "where a route without it means the default space, only the one with it is listed here.",
        };
        // None: where the document came from, whatever the Host header or a proxy said.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "An access token from `/token/v1`.",
            },
            [ApiKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = CallerAuthentication.ApiKeyHeader, Description = "An API key: `API-…`.",
            },
        };
        // One or the other.
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] },
        ];
    }
}
