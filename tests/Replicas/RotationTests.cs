using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Replicas;

/// <summary>Signing keys when it is time at both replicas at once: they rotate once, whoever does it.</summary>
public sealed class RotationTests(ReplicasFixture replicas) : IClassFixture<ReplicasFixture>
{
    private const int Tries = 24;

    [Fact]
    public async Task Keys_rotate_once_when_both_replicas_find_at_once_that_it_is_time()
    {
        var firsts = new Dictionary<SigningKeyUse, string>();
        foreach (var use in SigningKeyUse.All)
        {
            firsts[use] = (await KeysAsync(use)).ShouldHaveSingleItem("made by whichever started first");
        }
        replicas.First.Clock.Advance(SigningKeyRotation.SignsFor - SigningKeyRotation.PublishedBeforeUse);
        await AtOnceAsync(rotation => rotation.EnsureAsync(default));
        foreach (var use in SigningKeyUse.All)
        {
            var keys = await KeysAsync(use);
            keys.Count.ShouldBe(2);
            keys[1].ShouldBe(firsts[use]);

            // By hand while that one waits for its turn: it is the next one already.
            var next = await AtOnceAsync(rotation => rotation.RotateAsync(use, atOnce: false, AuditActor.CommandLine, default));
            next.ShouldAllBe(key => key.Kid == keys[0]);
            (await KeysAsync(use)).ShouldBe(keys);
        }

        replicas.First.Clock.Advance(SigningKeyRotation.PublishedBeforeUse + SigningKeyRotation.PublishedAfterUse);
        foreach (var use in SigningKeyUse.All)
        {
            var keys = await KeysAsync(use);
            var made = await AtOnceAsync(rotation => rotation.RotateAsync(use, atOnce: false, AuditActor.CommandLine, default));
            made.Select(key => key.Kid).Distinct().ShouldHaveSingleItem().ShouldNotBeOneOf([.. keys]);
            (await KeysAsync(use)).Count.ShouldBe(3);
        }
        await using var command = replicas.First.Database.DataSource.CreateCommand($"select count(*) from audit_events where category = '{AuditCategories.SigningKeyCreated}'");
        (await command.ExecuteScalarAsync()).ShouldBe(6L, "each key was made once and recorded once");
    }

    private Task<T[]> AtOnceAsync<T>(Func<SigningKeyRotation, Task<T>> act) =>
        Task.WhenAll(Enumerable.Range(0, Tries).Select(i => Task.Run(() => act(replicas.Both[i % 2].Services.GetRequiredService<SigningKeyRotation>()))));

    private Task AtOnceAsync(Func<SigningKeyRotation, Task> act) => AtOnceAsync(async rotation =>
    {
        await act(rotation);
        return true;
    });

    /// <summary>The newest first.</summary>
    private async Task<IReadOnlyList<string>> KeysAsync(SigningKeyUse use) =>
        [.. (await replicas.First.Services.GetRequiredService<SigningKeyStore>().ListAsync(default)).Where(key => key.Use == use).Select(key => key.Kid)];
}
