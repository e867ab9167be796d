using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench;

/// <summary>What all measures of one run share.</summary>
internal sealed record Setting
{
    /// <summary>Where <c>bench/run</c> put the programs.</summary>
    public required string Programs { get; init; }
    public required SubjectTokens Tokens { get; init; }
    public required Certificates Certificates { get; init; }
    public required bool Long { get; init; }

    public int Rounds => Long ? 7 : 3;
    public TimeSpan Time => TimeSpan.FromSeconds(Long ? 8 : 2.5);
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Long ? 10 : 4);

    /// <summary>Processes that are started and ended again, as often.</summary>
    public int Starts => Long ? 21 : 7;

    /// <summary>Enough tokens that the time ends before they do.</summary>
    public ExchangeRequests Exchanges(string accountGuid, double perSecond, TimeSpan time) =>
        new(Tokens.Take(200 + (int)(perSecond * 1.25 * time.TotalSeconds)), accountGuid);
}
