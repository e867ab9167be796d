using System.Globalization;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.TagHelpers;

/// <summary><c>&lt;log-line entry="…" /&gt;</c>: when, how serious (in words, too), what. A partial for each of hundreds of lines would be slow.</summary>
[HtmlTargetElement("log-line", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class LogLineTagHelper : TagHelper
{
    public required LogEntry Entry { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var category = Entry.Category ?? LogCategory.Info;
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"log-line log-{category.ToString().ToLowerInvariant()}");
        var time = Part("time", Entry.OccurredAt.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        time.Attributes["datetime"] = Entry.OccurredAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        // Spaces for who copies a line or has it read to them.
        output.Content.AppendHtml(time).AppendHtml(" ");
        if (category != LogCategory.Info)
        {
            output.Content.AppendHtml(Part("span", category.ToString(), "log-level")).AppendHtml(" ");
        }
        output.Content.AppendHtml(Part("span", Entry.Detail is null ? Entry.Message : $"{Entry.Message}\n{Entry.Detail}", "log-text"));
    }

    private static TagBuilder Part(string tag, string text, string? css = null)
    {
        var part = new TagBuilder(tag);
        if (css is not null)
        {
            part.AddCssClass(css);
        }
        part.InnerHtml.Append(text);
        return part;
    }
}
