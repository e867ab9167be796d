using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Feeds;

/// <summary>The password of a feed (or its AWS secret key), encrypted at rest for that feed: moved to another row it opens nowhere.</summary>
public sealed class FeedSecrets(Secrets secrets)
{
    public byte[] Seal(string feedId, string value) => secrets.Protect(Purpose(feedId), Encoding.UTF8.GetBytes(value));

    /// <summary>Null: the feed has none.</summary>
    public string? Open(Feed feed) => feed.Secret is null ? null : Encoding.UTF8.GetString(secrets.Unprotect(Purpose(feed.Id), feed.Secret));

    private static string Purpose(string feedId) => $"feeds.secret:{feedId}";
}
