using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace OctoLogin.Portal;

/// <summary>A page below <c>/app/spaces/{space}</c>.</summary>
public abstract class SpacePage : PortalPage
{
    /// <summary>The address of another page of the space.</summary>
    public string At(string path) => $"{PortalServices.Root}/spaces/{Space.Space.Slug}/{path}";

    public string At(string path, params IEnumerable<(string Name, string? Value)> query) =>
        QueryHelpers.AddQueryString(At(path), query.Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => KeyValuePair.Create(part.Name, part.Value)));

    /// <summary>What an endpoint of the API made.</summary>
    protected static T Made<T>(IResult answer) where T : class => (T)((IValueHttpResult)answer).Value!;

    /// <summary>An endpoint's answer as the page's: a file.</summary>
    protected async Task<IActionResult> AnswerAsync(IResult answer)
    {
        await answer.ExecuteAsync(HttpContext);
        return new EmptyResult();
    }
}
