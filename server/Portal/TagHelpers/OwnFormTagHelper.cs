using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OctoLogin.Portal.TagHelpers;

/// <summary>
/// A form that says no address goes to its page without the query: whoever made the link to the page would otherwise choose by it which
/// handler "Save" runs, and what is not ticked. Runs after the framework's helper, which adds the form's token where there is no address.
/// </summary>
[HtmlTargetElement("form")]
public sealed class OwnFormTagHelper : TagHelper
{
    [HtmlAttributeNotBound, ViewContext]
    public required ViewContext ViewContext { get; set; }

    public override int Order => 1000;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (!output.Attributes.ContainsName("action") && string.Equals(output.Attributes["method"]?.Value?.ToString(), "post", StringComparison.OrdinalIgnoreCase))
        {
            var request = ViewContext.HttpContext.Request;
            output.Attributes.SetAttribute("action", (request.PathBase + request.Path).ToUriComponent());
        }
    }
}
