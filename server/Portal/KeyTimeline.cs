using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal;

/// <summary>The keys of one use as a drawing of their time: published, signing, published still. Pure.</summary>
/// <param name="From">Where the drawing begins; it is <see cref="Width"/> wide, without a unit.</param>
public sealed record KeyTimeline(SigningKeyUse Use, IReadOnlyList<KeyLine> Lines, DateTimeOffset From, DateTimeOffset To, DateTimeOffset Now)
{
    public const int Width = 1000;
    public const int LineHeight = 28;
    private static readonly TimeSpan Past = TimeSpan.FromDays(30);
    private static readonly TimeSpan Future = TimeSpan.FromDays(100);

    /// <summary>Those that are still published or went lately.</summary>
    public static KeyTimeline Of(SigningKeyUse use, IReadOnlyList<SigningKey> rows, DateTimeOffset now)
    {
        var set = new SigningKeySet(rows, now);
        var own = rows.Where(key => key.Use == use).OrderByDescending(key => key.ActiveFrom).ThenByDescending(key => key.CreatedAt).ToList();
        var lines = new List<KeyLine>();
        DateTimeOffset? nextFrom = null;
        foreach (var key in own)
        {
            var state = set.StateOf(key);
            // It signs until the next one does; the newest until it is changed by itself.
            var signsUntil = key.RevokedAt ?? nextFrom ?? key.ActiveFrom + SigningKeyRotation.SignsFor;
            var publishedUntil = key.RevokedAt ?? key.PublishedUntil ?? signsUntil + SigningKeyRotation.PublishedAfterUse;
            lines.Add(new(key, state, Earlier(key.ActiveFrom, publishedUntil), Earlier(signsUntil, publishedUntil), publishedUntil));
            nextFrom = key.RevokedAt is null || key.RevokedAt > key.ActiveFrom ? key.ActiveFrom : nextFrom;
        }
        return new(use, lines, now - Past, now + Future, now);
    }

    /// <summary>Where a time is, within the drawing.</summary>
    public double X(DateTimeOffset at) => Math.Clamp(Width * ((at - From) / (To - From)), 0, Width);

    public string Text(double x) => x.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

public sealed record KeyLine(SigningKey Key, SigningKeyState State, DateTimeOffset SignsFrom, DateTimeOffset SignsUntil, DateTimeOffset PublishedUntil)
{
    public bool CanBeRevoked => Key.RevokedAt is null;

    public string StateText => State switch
    {
        SigningKeyState.Next => "next",
        SigningKeyState.Signing => "signing",
        SigningKeyState.Published => "retiring",
        SigningKeyState.Retired => "retired",
        _ => "revoked",
    };

    public string Sentence => State switch
    {
        SigningKeyState.Next => $"is published already and signs from {Key.ActiveFrom:yyyy-MM-dd}",
        SigningKeyState.Signing => $"signs since {Key.ActiveFrom:yyyy-MM-dd}, until about {SignsUntil:yyyy-MM-dd}",
        SigningKeyState.Published => $"signs no more; published until {PublishedUntil:yyyy-MM-dd} for the tokens that it signed",
        SigningKeyState.Retired => $"is published no more since {PublishedUntil:yyyy-MM-dd}",
        _ => $"was revoked on {Key.RevokedAt:yyyy-MM-dd}",
    };
}
