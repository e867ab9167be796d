using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OctoLogin.Portal.TagHelpers;

/// <summary><c>&lt;copy-text value="…" label="audience" /&gt;</c>: a value to select or, with script, to copy by a button. Of several lines with <c>block</c>.</summary>
[HtmlTargetElement("copy-text", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class CopyTextTagHelper(PortalAssets assets) : TagHelper
{
    public required string Value { get; set; }

    /// <summary>What it is, for "Copy …".</summary>
    public required string Label { get; set; }
    public bool Block { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = Block ? "div" : "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", Block ? "copy copy-block" : "copy");
        var text = new TagBuilder(Block ? "pre" : "code");
        if (Block)
        {
            // A region that scrolls must be reachable by keyboard.
            text.Attributes["tabindex"] = "0";
            text.Attributes["role"] = "region";
            text.Attributes["aria-label"] = Label;
        }
        text.InnerHtml.Append(Value);
        var button = new TagBuilder("button");
        button.Attributes["type"] = "button";
        button.Attributes["class"] = "btn btn-icon btn-sm btn-ghost-secondary copy-button";
        button.Attributes["aria-label"] = $"Copy {Label}";
        button.Attributes["title"] = $"Copy {Label}";
        // Shown by the script, which alone can do it.
        button.Attributes["hidden"] = "hidden";
        button.InnerHtml.AppendHtml($"<svg class=\"icon\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" aria-hidden=\"true\">{assets.Icon("copy")}</svg>");
        output.Content.AppendHtml(text).AppendHtml(button);
    }
}
