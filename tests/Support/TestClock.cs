namespace OctoLogin.Tests.Support;

/// <summary>The real time, moved by as much as a test says.</summary>
public sealed class TestClock : TimeProvider
{
    private long offsetTicks;

    private long stoppedTicks;

    public override DateTimeOffset GetUtcNow() =>
        (Interlocked.Read(ref stoppedTicks) is > 0 and var stopped ? new DateTimeOffset(stopped, TimeSpan.Zero) : base.GetUtcNow()).AddTicks(Interlocked.Read(ref offsetTicks));

    /// <summary>From now on the time stands still until it is advanced: for what is decided to the second.</summary>
    public void Stop() => Interlocked.Exchange(ref stoppedTicks, base.GetUtcNow().UtcTicks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref offsetTicks, by.Ticks);

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref offsetTicks) * TimestampFrequency / TimeSpan.TicksPerSecond);
}
