using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OctoLogin.Portal.TagHelpers;

/// <summary><c>&lt;time-ago at="…" /&gt;</c>: how long ago, or how soon, with the exact time on hover. Null: "never", or what <c>never</c> says.</summary>
[HtmlTargetElement("time-ago", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class TimeAgoTagHelper(TimeProvider clock) : TagHelper
{
    public DateTimeOffset? At { get; set; }

    public string Never { get; set; } = "never";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        if (At is not { } at)
        {
            output.TagName = "span";
            output.Content.SetContent(Never);
            return;
        }
        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        output.Attributes.SetAttribute("title", at.UtcDateTime.ToString("d MMMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        output.Content.SetContent(RelativeTime.Of(at, clock.GetUtcNow()));
    }
}

/// <summary>"3 minutes ago", "in 2 days".</summary>
public static class RelativeTime
{
    public static string Of(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = (at - now).Duration();
        if (distance < TimeSpan.FromSeconds(5))
        {
            return "now";
        }
        var (count, unit) = distance switch
        {
            { TotalSeconds: < 60 } => ((int)distance.TotalSeconds, "second"),
            { TotalMinutes: < 60 } => ((int)distance.TotalMinutes, "minute"),
            { TotalHours: < 24 } => ((int)distance.TotalHours, "hour"),
            { TotalDays: < 60 } => ((int)distance.TotalDays, "day"),
            { TotalDays: < 730 } => ((int)(distance.TotalDays / 30.44), "month"),
            _ => ((int)(distance.TotalDays / 365.25), "year"),
        };
        var words = $"{count.ToString(CultureInfo.InvariantCulture)} {unit}{(count == 1 ? "" : "s")}";
        return at > now ? $"in {words}" : $"{words} ago";
    }
}
