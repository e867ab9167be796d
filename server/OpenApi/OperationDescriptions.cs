using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using OctoLogin.Http;

namespace OctoLogin.OpenApi;

/// <summary>What an endpoint's signature does not tell by itself: a summary, path and query of what binds itself, a body that it reads on its own, its refusals.</summary>
public sealed class OperationDescriptions : IOpenApiOperationTransformer
{
    private static readonly string[] Changes = ["Create", "Update", "Delete"];

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = metadata.OfType<MethodInfo>().FirstOrDefault();
        var path = context.Description.RelativePath ?? "";
        operation.Summary ??= method is null ? null : Summaries.Of(method.Name, path);
        AddPath(operation, path);
        await AddQueryAsync(operation, method, context, cancellationToken);
        if (metadata.OfType<FormBody>().FirstOrDefault() is { } form)
        {
            var schema = await ReferAsync(form.Type, context, cancellationToken);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/x-www-form-urlencoded"] = new() { Schema = schema },
                    ["application/json"] = new() { Schema = schema },
                },
            };
        }
        if (metadata.OfType<FileBody>().Any())
        {
            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["multipart/form-data"] = new()
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = file } },
                    },
                },
            };
        }
        var anonymous = metadata.OfType<IAllowAnonymous>().Any();
        if (anonymous)
        {
            // An empty list takes back what the document asks of every operation.
            operation.Security = [];
        }
        if (!metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.StatusCode >= 400))
        {
            await AddRefusalsAsync(operation, method, context, anonymous, cancellationToken);
        }
    }

    /// <summary>The type's schema by name, so that it stands in the document once.</summary>
    private static async Task<IOpenApiSchema> ReferAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        context.Document!.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancel));
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    /// <summary>The parts of the path that a parameter of the handler reads from the request itself (<c>{space}</c>).</summary>
    private static void AddPath(OpenApiOperation operation, string path)
    {
        foreach (var part in RoutePatternFactory.Parse(path).Parameters.Reverse())
        {
            operation.Parameters ??= [];
            if (!operation.Parameters.Any(known => known.In == ParameterLocation.Path && known.Name == part.Name))
            {
                operation.Parameters.Insert(0, new OpenApiParameter
                {
                    Name = part.Name,
                    In = ParameterLocation.Path,
                    Required = true,
                    Description = part.Name == "space" ? "The space's Id or slug." : null,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }
        }
    }

    private static async Task AddQueryAsync(OpenApiOperation operation, MethodInfo? method, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        foreach (var query in method?.GetParameters().SelectMany(parameter => parameter.ParameterType.GetCustomAttributes<QueryParameterAttribute>()) ?? [])
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = await context.GetOrCreateSchemaAsync(query.Type, null, cancel),
            });
        }
    }

    private static async Task AddRefusalsAsync(
        OpenApiOperation operation, MethodInfo? method, OpenApiOperationTransformerContext context, bool anonymous, CancellationToken cancel)
    {
        if (context.Description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) != true)
        {
            return;
        }
        var inPath = operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) == true;
        var error = new OpenApiMediaType { Schema = await ReferAsync(typeof(ApiError), context, cancel) };
        var changes = Changes.Any(verb => method?.Name.StartsWith(verb, StringComparison.Ordinal) == true);
        foreach (var (status, when, applies) in (ReadOnlySpan<(int, string, bool)>)
        [
            (400, "What was sent is wrong; Errors lists every problem", context.Description.HttpMethod is "POST" or "PUT" || operation.RequestBody is not null || operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) == true),
            (401, "Not signed in", !anonymous),
            (403, "A permission is missing; the message names it", !anonymous),
            (404, "There is no such thing, or you may not know of it", inPath),
            (409, "It conflicts with what is there", changes),
        ])
        {
            if (applies)
            {
                operation.Responses ??= [];
                operation.Responses.TryAdd(status.ToString(), new OpenApiResponse { Description = when, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = error } });
            }
        }
    }
}
