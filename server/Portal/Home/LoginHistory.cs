using System.Globalization;
using OctoLogin.Audit;

namespace OctoLogin.Portal.Home;

/// <summary>Logins of an hour or a day, in UTC.</summary>
public sealed record LoginBar(DateTimeOffset From, DateTimeOffset To, long Granted, long Refused);

/// <summary>Logins over time, with what a drawing of them needs. Pure.</summary>
public sealed record LoginHistory(bool ByDay, IReadOnlyList<LoginBar> Bars, IReadOnlyList<(string Cause, long Logins)> Refusals)
{
    public const int Hours = 24, Days = 14;

    public long Granted => Bars.Sum(bar => bar.Granted);
    public long Refused => Bars.Sum(bar => bar.Refused);

    /// <summary>Of the drawing: 100 high, this wide, without a unit.</summary>
    public int Width => Bars.Count * 10;

    /// <summary>Where granted logins stand above and refused ones hang below, both to one scale; so colour is not what tells them apart.</summary>
    public double Axis => Most == 0 ? 100 : 100.0 * Bars.Max(bar => bar.Granted) / Most;

    private long Most => Bars.Max(bar => bar.Granted) + Bars.Max(bar => bar.Refused);

    public static DateTimeOffset Since(DateTimeOffset now, bool byDay) => byDay ? Day(now).AddDays(1 - Days) : Hour(now).AddHours(1 - Hours);

    public static LoginHistory Of(IReadOnlyList<LoginCount> counts, DateTimeOffset now, bool byDay)
    {
        var first = Since(now, byDay);
        var bars = Enumerable.Range(0, byDay ? Days : Hours).Select(i =>
        {
            var (from, to) = byDay ? (first.AddDays(i), first.AddDays(i + 1)) : (first.AddHours(i), first.AddHours(i + 1));
            var within = counts.Where(count => count.Hour >= from && count.Hour < to).ToList();
            return new LoginBar(from, to, within.Where(count => count.Cause == LoginCount.Granted).Sum(count => count.Logins), within.Where(count => count.Cause != LoginCount.Granted).Sum(count => count.Logins));
        }).ToList();
        return new(byDay, bars,
            [.. counts.Where(count => count.Cause != LoginCount.Granted && count.Hour >= first).GroupBy(count => count.Cause).Select(group => (group.Key, group.Sum(count => count.Logins)))
                .OrderByDescending(one => one.Item2).ThenBy(one => one.Key, StringComparer.Ordinal)]);
    }

    /// <summary>In the drawing's units; what is not nothing can be seen.</summary>
    public double Height(long logins) => logins == 0 ? 0 : Math.Max(1, 100.0 * logins / Most);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Count(long logins) => logins.ToString("#,0", CultureInfo.InvariantCulture);

    public string Name(LoginBar bar) => bar.From.UtcDateTime.ToString(ByDay ? "d MMMM" : "d MMMM, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public string Sentence(LoginBar bar) => $"{Name(bar)}: {Count(bar.Granted)} granted, {Count(bar.Refused)} refused";

    private static DateTimeOffset Hour(DateTimeOffset now) => new(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);

    private static DateTimeOffset Day(DateTimeOffset now) => new(now.UtcDateTime.Date, TimeSpan.Zero);
}
