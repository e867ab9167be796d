namespace OctoLogin.ServerTasks;

/// <summary>When a node that found nothing to do looks at the queue again: when it is woken, when the next task is due, and now and then.</summary>
internal sealed class QueueWatch(TaskLeases leases, TimeProvider clock)
{
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim wake = new(0);

    public void Wake()
    {
        if (wake.CurrentCount == 0)
        {
            wake.Release();
        }
    }

    /// <param name="looked">Before the queue was looked at, so that nothing comes due unseen.</param>
    /// <param name="isFull">Nothing more could be run now: the end of a task wakes the node.</param>
    public async Task WaitAsync(DateTimeOffset looked, bool isFull, CancellationToken cancel) =>
        await wake.WaitAsync(isFull ? Poll : await UntilNextAsync(looked, cancel), cancel);

    private async Task<TimeSpan> UntilNextAsync(DateTimeOffset looked, CancellationToken cancel)
    {
        if (await leases.NextDueAsync(looked, cancel) is not { } due)
        {
            return Poll;
        }
        // Up to whole milliseconds, as timers count: one that fires too early would look in vain.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling((due - clock.GetUtcNow()).TotalMilliseconds));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < Poll ? wait : Poll;
    }
}
