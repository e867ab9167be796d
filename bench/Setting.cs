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

    /// <summary>Answers before anything counts: the compiler's second look at the code comes by calls, not by time.</summary>
    public int WarmUp => Long ? 100_000 : 40_000;

    /// <summary>Processes that are started and ended again, as often.</summary>
    public int Starts => Long ? 21 : 7;

    /// <summary>Of the package that is pushed and downloaded; memory is measured with one of four times that, 1 GiB at most.</summary>
    public required long PackageBytes { get; init; }

    /// <summary>Enough tokens that the time ends before they do.</summary>
    public ExchangeRequests Exchanges(string accountGuid, double perSecond, TimeSpan time) =>
        new(Tokens.Take(200 + (int)(perSecond * 1.25 * time.TotalSeconds)), accountGuid);
}
