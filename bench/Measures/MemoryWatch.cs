namespace OctoLogin.Bench.Measures;

/// <summary>The most that was seen, ten times a second.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer timer;
    private long most;

    public MemoryWatch(Func<long> read) => timer = new Timer(_ => most = Math.Max(most, read()), null, 0, 100);

    public long Most => most;

    public void Dispose()
    {
        using var ended = new ManualResetEvent(false);
        timer.Dispose(ended);
        ended.WaitOne();
    }
}
