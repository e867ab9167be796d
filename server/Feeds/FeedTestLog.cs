namespace OctoLogin.Feeds;

/// <summary>What a test of a feed did, step by step and in words.</summary>
public sealed class FeedTestLog
{
    private readonly List<FeedTestLine> lines = [];

    public IReadOnlyList<FeedTestLine> Lines => lines;

    /// <summary>Nothing went wrong.</summary>
    public bool Works => lines.All(line => line.Kind != FeedTestKind.Error);

    /// <summary>What follows belongs to it.</summary>
    public void Step(string text) => lines.Add(new(text, FeedTestKind.Step));

    public void Info(string text) => lines.Add(new(text, FeedTestKind.Info));

    public void Error(string text) => lines.Add(new(text, FeedTestKind.Error));
}

public sealed record FeedTestLine(string Text, FeedTestKind Kind);

public enum FeedTestKind
{
    Step,
    Info,
    Error,
}
