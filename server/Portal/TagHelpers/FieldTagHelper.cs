using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OctoLogin.Portal.TagHelpers;

/// <summary>
/// <c>&lt;field for="Input.Name" label="Name" hint="…" /&gt;</c>: label, control, hint and errors of one property, bound to each other for screen readers.
/// The control is an input of <c>type</c>, a text area of <c>rows</c>, a check box for a bool, a choice of <c>items</c>; or what the element holds.
/// </summary>
[HtmlTargetElement("field", Attributes = "for,label")]
public sealed class FieldTagHelper : TagHelper
{
    [HtmlAttributeNotBound, ViewContext]
    public required ViewContext ViewContext { get; set; }

    public required ModelExpression For { get; set; }
    public required string Label { get; set; }
    /// <summary>An attribute that was bound to null arrives as an empty text.</summary>
    public string? Hint { get; set => field = string.IsNullOrEmpty(value) ? null : value; }

    /// <summary>The input's; never filled again with what was sent when it is "password".</summary>
    public string Type { get; set; } = "text";

    /// <summary>Above 0: a text area.</summary>
    public int Rows { get; set; }
    public bool Monospace { get; set; }
    public bool Required { get; set; }
    public string? Placeholder { get; set; }
    public string? Autocomplete { get; set; }
    public IEnumerable<SelectListItem>? Items { get; set; }

    /// <summary>What an input offers; anything else can be typed.</summary>
    public IReadOnlyCollection<string>? Suggestions { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var name = ViewContext.ViewData.TemplateInfo.GetFullHtmlFieldName(For.Name);
        var id = TagBuilder.CreateSanitizedId(name, "_");
        ViewContext.ModelState.TryGetValue(name, out var state);
        var errors = state?.Errors.Select(error => error.ErrorMessage).ToList() ?? [];
        var inside = await output.GetChildContentAsync();
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"mb-3 {context.AllAttributes["class"]?.Value}".TrimEnd());
        var control = inside.IsEmptyOrWhiteSpace ? Control(name, id, state, errors.Count > 0) : (IHtmlContent)inside;
        var label = Element("label", Label, ("for", id), ("class", For.ModelExplorer.ModelType == typeof(bool) ? "form-check-label" : Required ? "form-label required" : "form-label"));
        if (For.ModelExplorer.ModelType == typeof(bool) && inside.IsEmptyOrWhiteSpace)
        {
            output.Content.AppendHtml("<div class=\"form-check\">").AppendHtml(control).AppendHtml(label).AppendHtml("</div>");
        }
        else
        {
            output.Content.AppendHtml(label).AppendHtml(control);
        }
        if (Suggestions is { Count: > 0 })
        {
            var list = new TagBuilder("datalist") { Attributes = { ["id"] = $"{id}-list" } };
            foreach (var suggestion in Suggestions)
            {
                list.InnerHtml.AppendHtml(Element("option", "", ("value", suggestion)));
            }
            output.Content.AppendHtml(list);
        }
        foreach (var error in errors)
        {
            output.Content.AppendHtml(Element("div", error, ("class", "invalid-feedback d-block"), ("id", $"{id}-error")));
        }
        if (Hint is not null)
        {
            output.Content.AppendHtml(Element("div", Hint, ("class", "form-hint"), ("id", $"{id}-hint")));
        }
    }

    private TagBuilder Control(string name, string id, ModelStateEntry? state, bool wrong)
    {
        var isBool = For.ModelExplorer.ModelType == typeof(bool);
        var value = state?.AttemptedValue ?? Text(For.Model);
        var control = new TagBuilder(Items is not null ? "select" : Rows > 0 ? "textarea" : "input");
        control.AddCssClass(isBool ? "form-check-input" : Items is not null ? "form-select" : "form-control");
        if (Monospace)
        {
            control.AddCssClass("font-monospace");
        }
        control.Attributes["id"] = id;
        control.Attributes["name"] = name;
        Describe(control, id, wrong);
        if (Items is not null)
        {
            foreach (var item in Items)
            {
                var option = Element("option", item.Text, ("value", item.Value ?? item.Text));
                if ((item.Value ?? item.Text) == value || (value is null && item.Selected))
                {
                    option.Attributes["selected"] = "selected";
                }
                control.InnerHtml.AppendHtml(option);
            }
        }
        else if (Rows > 0)
        {
            control.Attributes["rows"] = Rows.ToString(System.Globalization.CultureInfo.InvariantCulture);
            // A text area leaves out its first line end.
            control.InnerHtml.AppendHtml("\n").Append(value ?? "");
        }
        else
        {
            FillInput(control, isBool, value);
        }
        return control;
    }

    private void FillInput(TagBuilder control, bool isBool, string? value)
    {
        control.TagRenderMode = TagRenderMode.SelfClosing;
        control.Attributes["type"] = isBool ? "checkbox" : Type;
        if (isBool)
        {
            control.Attributes["value"] = "true";
            if (For.Model is true)
            {
                control.Attributes["checked"] = "checked";
            }
        }
        else if (Type != "password" && value is not null)
        {
            control.Attributes["value"] = value;
        }
    }

    private void Describe(TagBuilder control, string id, bool wrong)
    {
        if (wrong)
        {
            control.AddCssClass("is-invalid");
            control.Attributes["aria-invalid"] = "true";
        }
        var described = string.Join(' ', new[] { wrong ? $"{id}-error" : null, Hint is null ? null : $"{id}-hint" }.OfType<string>());
        foreach (var (attribute, text) in (ReadOnlySpan<(string, string?)>)[
            ("aria-describedby", described.Length == 0 ? null : described), ("placeholder", Placeholder), ("autocomplete", Autocomplete),
            ("list", Suggestions is { Count: > 0 } ? $"{id}-list" : null), ("required", Required ? "required" : null), ("spellcheck", Monospace ? "false" : null)])
        {
            if (text is not null)
            {
                control.Attributes[attribute] = text;
            }
        }
    }

    private static string? Text(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);

    private static TagBuilder Element(string tag, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var element = new TagBuilder(tag);
        foreach (var (name, value) in attributes)
        {
            element.Attributes[name] = value;
        }
        element.InnerHtml.Append(text);
        return element;
    }
}
