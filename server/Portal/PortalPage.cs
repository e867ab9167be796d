using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Portal;

/// <summary>What every page has. A page calls what the API calls, with the same caller: it can do nothing that the API would refuse.</summary>
public abstract class PortalPage : PageModel
{
    /// <summary>Who looks at it. The routes' authorization has made sure that there is somebody, unless the page says AllowAnonymous.</summary>
    public Caller Caller => HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("This page is for everybody and has no caller.");

    /// <summary>Of a page below <c>Space/</c>.</summary>
    public SpaceContext Space => HttpContext.Features.Get<SpaceContext>() ?? throw new InvalidOperationException("This page is in no space.");

    /// <summary>Shown once, on the page that comes after a change.</summary>
    [TempData]
    public string? Flash { get; set; }

    /// <summary>Whether htmx asks for a part of the page.</summary>
    public bool IsPart => Request.Headers.ContainsKey("HX-Request");

    protected CancellationToken Cancel => HttpContext.RequestAborted;

    public bool May(Permission permission) => Caller.May(permission, AccessTarget.System);

    public bool MayHere(Permission permission) => Caller.MaySomewhere(permission, Space.Id);

    /// <summary>
    /// Refuses what no handler of the page is for. Razor would show the page without running anything of it, so that what the handler for
    /// GET demands would not be asked: <c>POST</c> or <c>OPTIONS</c> would see what <c>GET</c> may not.
    /// </summary>
    // Their names are those of handlers for the method PAGE, which neither these two nor what overrides them are.
    [NonHandler]
    public override void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
        if (context.HandlerMethod is not null)
        {
            return;
        }
        var (http, methods) = (context.HttpContext, context.ActionDescriptor.HandlerMethods.Select(handler => handler.HttpMethod.ToUpperInvariant()).Distinct());
        http.Response.Headers.Allow = string.Join(", ", methods);
        throw new ApiException(StatusCodes.Status405MethodNotAllowed, $"This page has nothing to do for a request with the method {Printable.Of(http.Request.Method, 20)}.");
    }

    [NonHandler]
    public override Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next) => base.OnPageHandlerExecutionAsync(context, next);

    /// <summary>
    /// Does a change. False: it was refused for what was filled in, which the page shows beside the fields, below "Input." where the page
    /// has a property of that name, or above the form. What is not allowed or not there is a page of its own (<see cref="PortalErrors"/>).
    /// </summary>
    protected async Task<bool> TryAsync(Func<Task> change)
    {
        if (!ModelState.IsValid)
        {
            return false;
        }
        try
        {
            await change();
            return true;
        }
        catch (ApiException refusal) when (refusal.Status is StatusCodes.Status400BadRequest or StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity)
        {
            foreach (var error in refusal.Errors)
            {
                ModelState.AddModelError(FieldOf(error), error);
            }
            Response.StatusCode = refusal.Status;
            return false;
        }
    }

    /// <summary>To another page, with a message there.</summary>
    protected RedirectResult Done(string url, string flash)
    {
        Flash = flash;
        return Redirect(url);
    }

    // The API's texts begin with the property that they are about.
    private string FieldOf(string error)
    {
        var word = error.Split(' ', ':', '.', '[')[0];
        var input = GetType().GetProperty("Input")?.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(property => property.Name.Equals(word, StringComparison.OrdinalIgnoreCase));
        return input is null ? "" : $"Input.{input.Name}";
    }
}
