using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Versions;

/// <summary>
/// The version of a release or a package: 1 to 4 numbers, and then as SemVer 2.0.0 a pre-release (<c>-beta.2</c>) and metadata (<c>+sha</c>). Compared as
/// section 11 says, missing numbers as 0, letters without case; metadata does not count.
/// </summary>
public sealed partial class SemanticVersion : IComparable<SemanticVersion>
{
    public const int MostCharacters = 100;

    private readonly long[] numbers;

    private SemanticVersion(string text, long[] numbers, string[] preRelease)
    {
        Text = text;
        this.numbers = numbers;
        SortKey = KeyOf(numbers, preRelease);
    }

    private SemanticVersion(string text, string sortKey, long[] numbers) => (Text, SortKey, this.numbers) = (text, sortKey, numbers);

    public static SemanticVersion First { get; } = TryParse("0.0.1")!;

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Orders versions when compared byte by byte, as a database does.</summary>
    public string SortKey { get; }

    /// <summary>What comes after the numbers: <c>beta.2+sha</c> of <c>1.0-beta.2+sha</c>, <c>+sha</c> of <c>1.0+sha</c>.</summary>
    public string Suffix => Text.IndexOfAny(['-', '+']) is >= 0 and var start ? (Text[start] == '-' ? Text[(start + 1)..] : Text[start..]) : "";

    /// <summary>Something stands after the numbers that is not only metadata.</summary>
    public bool IsPreRelease => Suffix is { Length: > 0 } and not ['+', ..];

    /// <summary>Null: not a version.</summary>
    public static SemanticVersion? TryParse(string? text)
    {
        if (text is null || text.Length > MostCharacters || Form().Match(text) is not { Success: true } match)
        {
            return null;
        }
        var numbers = match.Groups["number"].Captures.Select(number => long.Parse(number.ValueSpan, CultureInfo.InvariantCulture)).ToArray();
        var preRelease = match.Groups["pre"].Captures.Select(part => part.Value).ToArray();
        return new SemanticVersion(text, numbers, preRelease);
    }

    /// <summary>An image's tag, which may have <c>v</c> before the version. Null: it is none, such as <c>latest</c>.</summary>
    public static SemanticVersion? OfTag(string? tag) =>
        TryParse(tag?.StartsWith('v') == true ? tag[1..] : tag) is { } version ? new(tag!, version.SortKey, version.numbers) : null;

    /// <summary>The last number plus one, without pre-release and metadata. Null: it has no room for one more.</summary>
    public SemanticVersion? Next() =>
        TryParse(string.Join('.', [.. numbers[..^1], numbers[^1] + 1]));

    public int CompareTo(SemanticVersion? other) => other is null ? 1 : string.CompareOrdinal(SortKey, other.SortKey);

    public override string ToString() => Text;

    // Numbers of fixed width; then ~ for a release, or - and each part of the pre-release with ! at its end: ! comes before every
    // character of a part, - before ~. A numeric part is 0, its length and itself, and so comes before one with letters, which is 1 and itself.
    private static string KeyOf(long[] numbers, string[] preRelease)
    {
        var key = new StringBuilder();
        for (var i = 0; i < 4; i++)
        {
            key.Append((i < numbers.Length ? numbers[i] : 0).ToString("D18", CultureInfo.InvariantCulture)).Append('.');
        }
        key.Append(preRelease.Length == 0 ? '~' : '-');
        foreach (var part in preRelease)
        {
            if (part.All(char.IsAsciiDigit))
            {
                var number = BigInteger.Parse(part, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
                key.Append('0').Append(number.Length.ToString("D3", CultureInfo.InvariantCulture)).Append(number);
            }
            else
            {
                key.Append('1').Append(part.ToLowerInvariant());
            }
            key.Append('!');
        }
        return key.ToString();
    }

    [GeneratedRegex(
        @"\A(?<number>[0-9]{1,18})(\.(?<number>[0-9]{1,18})){0,3}(-(?<pre>[0-9A-Za-z-]+)(\.(?<pre>[0-9A-Za-z-]+))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
