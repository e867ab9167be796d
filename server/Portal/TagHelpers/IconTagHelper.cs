using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OctoLogin.Portal.TagHelpers;

/// <summary><c>&lt;icon name="key" /&gt;</c>: an icon of Tabler. Decoration; the words beside it, or the control's aria-label, say what it means.</summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class IconTagHelper(PortalAssets assets) : TagHelper
{
    public required string Name { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"icon {context.AllAttributes["class"]?.Value}".TrimEnd());
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
            ("viewBox", "0 0 24 24"), ("width", "24"), ("height", "24"), ("fill", "none"), ("stroke", "currentColor"), ("stroke-width", "2"),
            ("stroke-linecap", "round"), ("stroke-linejoin", "round"), ("aria-hidden", "true"), ("focusable", "false")])
        {
            output.Attributes.SetAttribute(name, value);
        }
        output.Content.SetHtmlContent(assets.Icon(Name));
    }
}
