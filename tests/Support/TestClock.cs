namespace OctoLogin.Tests.Support;

/// <summary>The real time, moved by as much as a test says.</summary>
public sealed class TestClock : TimeProvider
{
    private long offsetTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref offsetTicks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref offsetTicks, by.Ticks);

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref offsetTicks) * TimestampFrequency / TimeSpan.TicksPerSecond);
}
