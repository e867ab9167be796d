using System.Diagnostics;
using OctoLogin.Access;
using OctoLogin.Audit;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class AuditModel(AuditVerification verification) : PortalPage
{
    /// <summary>What a page may take. An audit that takes longer is verified by the verb.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public IReadOnlyList<AuditChain> Chains { get; private set; } = [];
    public long Events => Chains.Sum(chain => chain.Position);

    /// <summary>Null: not asked for, or it took too long.</summary>
    public AuditReport? Report { get; private set; }
    public bool TookTooLong { get; private set; }
    public TimeSpan Took { get; private set; }

    public Task OnGetAsync() => ReadAsync();

    public async Task OnPostAsync()
    {
        await ReadAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            Report = await verification.RunAsync([], _ => { }, limit.Token);
            Took = Stopwatch.GetElapsedTime(began);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            TookTooLong = true;
        }
    }

    private async Task ReadAsync()
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        Chains = await verification.ListChainsAsync(Cancel);
    }
}
