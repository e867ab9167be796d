using System.Security;
using System.Text;
using System.Text.Encodings.Web;

namespace OctoLogin.ServerTasks;

/// <summary>The ways in which a secret shows up in a log: as it is, and as shells, JSON, XML, URLs and base64 write it.</summary>
internal static class SecretForms
{
    /// <summary>Shorter ones are in too much that is no secret.</summary>
    public const int Shortest = 4;

    /// <summary>A longer text is no password; of a certificate or a file with keys the forms that differ little are left out.</summary>
    private const int LongestWithAllForms = 4096;

    // What the common encoders leave as it is, beside letters and digits: RFC 3986, JavaScript's two, Python's quote, forms, .NET's WebUtility.
    private static readonly string[] UrlKept = ["-._~", "-._~!'()*", "-._~!'()*;,/?:@&=+$#", "-._~/", "*-._", "-._!()*"];

    /// <returns>Empty when it is too short to be masked.</returns>
    public static IReadOnlySet<string> Of(string secret)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        AddForms(forms, secret);
        // A shell drops blanks at the ends of what is not quoted, and newlines at the end of what a command printed.
        AddForms(forms, secret.Trim());
        foreach (var line in secret.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            AddForms(forms, line.Trim());
        }
        return forms;
    }

    private static void AddForms(HashSet<string> forms, string text)
    {
        if (text.Trim().Length < Shortest)
        {
            return;
        }
        forms.Add(text);
        forms.Add(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text));
        AddBase64(forms, Encoding.UTF8.GetBytes(text));
        if (text.Length <= LongestWithAllForms)
        {
            forms.Add(text.Replace("'", @"'\''", StringComparison.Ordinal));
            forms.Add(SecurityElement.Escape(text));
            AddJson(forms, text);
            AddUrl(forms, text);
        }
    }

    private static void AddJson(HashSet<string> forms, string text)
    {
        var (escaped, relaxed) = (JavaScriptEncoder.Default.Encode(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text));
        foreach (var json in new[] { escaped, escaped.Replace(@"\u0022", "\\\"", StringComparison.Ordinal), relaxed, AsciiJson(relaxed) })
        {
            forms.Add(json);
            forms.Add(LowerHex(json, @"\u", 4));
            forms.Add(json.Replace("/", @"\/", StringComparison.Ordinal));
        }
    }

    // As Python and others write it: only what must be escaped and what is not ASCII.
    private static string AsciiJson(string relaxed)
    {
        var json = new StringBuilder(relaxed.Length + 16);
        foreach (var character in relaxed)
        {
            _ = character < 0x80 ? json.Append(character) : json.Append($@"\u{(int)character:x4}");
        }
        return json.ToString();
    }

    private static void AddUrl(HashSet<string> forms, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var kept in UrlKept)
        {
            var encoded = new StringBuilder(bytes.Length * 3);
            foreach (var one in bytes)
            {
                _ = char.IsAsciiLetterOrDigit((char)one) || kept.Contains((char)one) ? encoded.Append((char)one) : encoded.Append($"%{one:X2}");
            }
            var url = encoded.ToString();
            foreach (var form in new[] { url, url.Replace("%20", "+", StringComparison.Ordinal) })
            {
                forms.Add(form);
                forms.Add(LowerHex(form, "%", 2));
            }
        }
    }

    private static string LowerHex(string text, string before, int digits)
    {
        var lower = text.ToCharArray();
        for (var at = text.IndexOf(before, StringComparison.Ordinal); at >= 0 && at + before.Length + digits <= text.Length;
            at = text.IndexOf(before, at + before.Length, StringComparison.Ordinal))
        {
            for (var digit = at + before.Length; digit < at + before.Length + digits; digit++)
            {
                lower[digit] = char.ToLowerInvariant(lower[digit]);
            }
        }
        return new string(lower);
    }

    /// <summary>
    /// Base64 of any text that holds the bytes: three bytes become four characters, so what the secret looks like depends on where it begins.
    /// Only characters that the secret alone decides are taken, and once more with the end that it has as the last of the text.
    /// </summary>
    private static void AddBase64(HashSet<string> forms, byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var first = (before * 8 + 5) / 6;
            var decided = (before + bytes.Length) * 8 / 6;
            foreach (var form in new[] { padded[first..decided], padded[first..].TrimEnd('='), padded[first..] }.Where(form => form.Length >= Shortest))
            {
                forms.Add(form);
                forms.Add(form.Replace('+', '-').Replace('/', '_'));
            }
        }
    }
}
