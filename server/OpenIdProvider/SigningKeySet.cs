namespace OctoLogin.OpenIdProvider;

/// <summary>All keys at one moment: which sign, which are shown.</summary>
/// <param name="keys">The newest first.</param>
public sealed class SigningKeySet(IReadOnlyList<SigningKey> keys, DateTimeOffset now)
{
    /// <summary>
    /// Clouds read few keys. In the planned course there are never more: around its change a kind of key has two (next and current, then
    /// current and last), and there are two kinds. A change that was asked for waits until there is room; one at once cannot.
    /// </summary>
    public const int MostPublished = 4;

    /// <summary>The key that signs now; null: none can.</summary>
    public SigningKey? Signing(SigningKeyUse use) => keys.FirstOrDefault(key => key.Use == use && key.CanSign(now));

    /// <summary>The key that waits for its turn.</summary>
    public SigningKey? Next(SigningKeyUse use) => keys.FirstOrDefault(key => key.Use == use && key.WillSign(now));

    public SigningKeyState StateOf(SigningKey key) =>
        key.RevokedAt is not null ? SigningKeyState.Revoked
        : !Published.Any(shown => shown.Kid == key.Kid) ? SigningKeyState.Retired
        : key.Kid == Signing(key.Use)?.Kid ? SigningKeyState.Signing
        : key.WillSign(now) ? SigningKeyState.Next
        : SigningKeyState.Published;

    /// <summary>
    /// What the JWKS shows. When changes at once have left more keys than there is room for, those that sign or will sign come first and
    /// the one that was retired longest ago is left out.
    /// </summary>
    public IReadOnlyList<SigningKey> Published => [.. Candidates().OrderBy(Rank).Take(MostPublished)];

    /// <summary>Whether one more key can be published without leaving out another.</summary>
    public bool HasRoom => Candidates().Count() < MostPublished;

    /// <summary>When the first of those published now is published no more; null: none has an end.</summary>
    public DateTimeOffset? RoomFrom => Candidates().Min(key => key.PublishedUntil);

    /// <summary>When <see cref="Published"/> is another by time alone; null: never.</summary>
    public DateTimeOffset? Until => Candidates().Select(key => key.ActiveFrom > now ? key.ActiveFrom : (DateTimeOffset?)null).Append(RoomFrom).Min();

    private IEnumerable<SigningKey> Candidates() => keys.Where(key => key.IsPublished(now));

    private int Rank(SigningKey key) => key.Kid == Signing(key.Use)?.Kid ? 0 : key.WillSign(now) ? 1 : 2;
}

public enum SigningKeyState
{
    /// <summary>Published, and waits for its turn.</summary>
    Next,
    Signing,

    /// <summary>Signs no more, and is published for the tokens that it signed.</summary>
    Published,
    Retired,
    Revoked,
}
