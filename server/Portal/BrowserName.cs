namespace OctoLogin.Portal;

/// <summary>What a person calls the browser that sent a User-Agent: "Firefox on Linux". It is the browser's word and proves nothing.</summary>
public static class BrowserName
{
    // In this order: most say that they are Chrome and Safari, too.
    private static readonly (string Part, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Part, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    public static string Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return "Unknown";
        }
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return browser is null ? userAgent.Length <= 60 ? userAgent : userAgent[..60] + "…"
            : system is null ? browser : $"{browser} on {system}";
    }

    private static string? Find((string Part, string Name)[] known, string text) =>
        known.FirstOrDefault(one => text.Contains(one.Part, StringComparison.Ordinal)).Name;
}
