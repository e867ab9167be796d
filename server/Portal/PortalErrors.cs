using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.Portal;

/// <summary>
/// <see cref="ApiErrors"/> for people: the one edge where a fault below <c>/app</c> becomes a page. The page is made without Razor, sign-in
/// or database, since any of these may be what failed.
/// </summary>
public sealed class PortalErrors(RequestDelegate next, PortalAssets assets, ILogger<PortalErrors> log)
{
    /// <summary>Not what a program asks that was given the portal's address for the server's: it gets its answer as JSON, as anywhere else.</summary>
    public static bool IsOurs(HttpContext context) => context.Request.Path.Value is "/" or "/favicon.ico"
        || (context.Request.Path.StartsWithSegments(PortalServices.Root, out var below)
            && !(below.StartsWithSegments("/.well-known") || below.StartsWithSegments("/api") || below.StartsWithSegments("/token")));

    public async Task InvokeAsync(HttpContext context)
    {
        PortalHeaders.Set(context);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault);
            return;
        }
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            await (context.Response.StatusCode switch
            {
                404 => WriteAsync(context, 404, "Not found", ["There is no such page here. The address may be mistyped, or what it showed was deleted."]),
                // Razor's filter answers a form without its token with an empty 400.
                400 => WriteAsync(context, 403, "This form is out of date", ["It was not sent from a page of this server, or you signed in anew since it was opened. Go back, load the page again and send it once more."]),
                var status => WriteAsync(context, status, "Refused", [$"The request was refused with status {status}."]),
            });
        }
    }

    private Task AnswerAsync(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case ApiException { Status: StatusCodes.Status401Unauthorized }:
                return SignInAsync(context);
            case ApiException refusal:
                context.Response.Headers.RetryAfter = refusal.RetryAfter?.ToString();
                return WriteAsync(context, refusal.Status, TitleOf(refusal.Status), refusal.Errors);
            case AntiforgeryValidationException:
                return WriteAsync(context, StatusCodes.Status403Forbidden, "This form is out of date", ["Go back, load the page again and send it once more."]);
            case BadHttpRequestException bad:
                return WriteAsync(context, bad.StatusCode, "Refused", [bad.Message]);
            case InvalidDataException form:
                return WriteAsync(context, StatusCodes.Status400BadRequest, "Refused", [$"The form cannot be read: {form.Message}"]);
            case PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }:
                return WriteAsync(context, StatusCodes.Status400BadRequest, "Refused", ["A text in the request holds a NUL character, which nothing here can have."]);
            case var outage when Outage.Is(outage):
                log.DatabaseOutage(outage, context.TraceIdentifier);
                context.Response.Headers.RetryAfter = "5";
                return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The database does not answer",
                    [Outage.IsDiskFull(outage) ? "The disk of the server's database is full; nothing was changed. Its administrator must make room." : "Nothing was changed. Try again in a few seconds."]);
            default:
                log.Bug(fault, context.TraceIdentifier);
                return WriteAsync(context, StatusCodes.Status500InternalServerError, "Something went wrong", ["It is a fault of the server, not of yours. The server's log has the details."]);
        }
    }

    /// <summary>To the sign-in page, and from there back to a page that was only to be read.</summary>
    private static Task SignInAsync(HttpContext context)
    {
        var wanted = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "";
        var signIn = $"{PortalServices.Root}/sign-in{(wanted is "" or PortalServices.Root ? "" : QueryString.Create("redirectAfterLoginTo", wanted))}";
        context.Response.Headers.Remove("WWW-Authenticate");
        // A live part of a page must not show the sign-in page in its place. https://htmx.org/headers/hx-redirect/
        if (context.Request.Headers.ContainsKey("HX-Request"))
        {
            context.Response.Headers["HX-Redirect"] = $"{PortalServices.Root}/sign-in";
            return Task.CompletedTask;
        }
        context.Response.Redirect(signIn);
        return Task.CompletedTask;
    }

    private static string TitleOf(int status) => status switch
    {
        403 => "Not allowed",
        404 => "Not found",
        409 => "In the way of something else",
        429 => "Too many attempts",
        _ => "Refused",
    };

    private Task WriteAsync(HttpContext context, int status, string title, IReadOnlyList<string> errors)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        var html = HtmlEncoder.Default;
        return context.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.Encode(title)} · OctoLogin</title>
            <link rel="icon" href="{assets.Url("logo.svg")}"><script src="{assets.Url("theme.js")}"></script>
            <link rel="stylesheet" href="{assets.Url("tabler.min.css")}"><link rel="stylesheet" href="{assets.Url("portal.css")}"></head>
            <body><main class="container-tight py-5"><div class="empty"><p class="empty-header">{status}</p><h1 class="empty-title">{html.Encode(title)}</h1>
            {string.Concat(errors.Select(error => $"<p class=\"empty-subtitle text-secondary\">{html.Encode(error)}</p>"))}
            <p class="text-secondary">Correlation id <code>{html.Encode(context.TraceIdentifier)}</code></p>
            <p class="empty-action"><a class="btn btn-primary" href="{PortalServices.Root}">Home</a></p></div></main></body>
            </html>
            """, context.RequestAborted);
    }
}
