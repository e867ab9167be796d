using System.Net;
using OctoLogin.Database.Embedded;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

/// <summary>The program as it runs in production, while a package is pushed: what kills it, and how much memory it takes.</summary>
public sealed class PushKillTests : IDisposable
{
    private const string Name = "Acme.Large.1.0.0.zip";
    private const int Megabyte = 1_000_000;

    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_server_killed_during_a_push_has_no_half_package_and_takes_it_again()
    {
        var server = await ServerProgram.StartReadyAsync(directory.Path);
        var half = new HaltingStream(30 * Megabyte, haltAt: 20 * Megabyte);
        using var client = server.Client(ServerProgram.AdminApiKey);
        var push = client.PushAsync(Name, new StreamContent(half));
        await half.Halted.WaitAsync(TimeSpan.FromSeconds(60));
        server.Kill();
        // A client that has nothing to write would not notice before its own time limit.
        half.GoOn();
        (await Record.ExceptionAsync(() => push)).ShouldNotBeNull();

        await using var again = await ServerProgram.StartReadyAsync(directory.Path);
        await ShouldTakeItAsync(again);
    }

    [Fact]
    public async Task A_push_during_which_PostgreSQL_is_killed_is_an_outage_and_is_taken_again()
    {
        await using var server = await ServerProgram.StartReadyAsync(directory.Path);
        var half = new HaltingStream(30 * Megabyte, haltAt: 20 * Megabyte);
        using var client = server.Client(ServerProgram.AdminApiKey);
        var push = client.PushAsync(Name, new StreamContent(half));
        await half.Halted.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var pid in PostgresProcesses.On(directory.Path))
        {
            LibC.Signal(pid, LibC.Kill);
        }
        half.GoOn();
        // 409 when it was back before the next chunk came, and one that it had not flushed is gone.
        (await push).Status.ShouldBeOneOf(503, 409);
        await server.ReadyAsync();
        await ShouldTakeItAsync(server);
    }

    [Fact]
    public async Task A_client_that_goes_away_during_a_push_leaves_nothing()
    {
        await using var server = await ServerProgram.StartReadyAsync(directory.Path);
        var half = new HaltingStream(30 * Megabyte, haltAt: 20 * Megabyte);
        using (var client = server.Client(ServerProgram.AdminApiKey))
        {
            var push = client.PushAsync(Name, new StreamContent(half));
            await half.Halted.WaitAsync(TimeSpan.FromSeconds(60));
            client.CancelPendingRequests();
            await Should.ThrowAsync<OperationCanceledException>(push);
        }
        await ShouldTakeItAsync(server);
    }

    [Fact]
    public async Task Memory_stays_bounded_while_200_MB_are_pushed_and_downloaded()
    {
        await using var server = await ServerProgram.StartReadyAsync(directory.Path);
        using var client = server.Client(ServerProgram.AdminApiKey);
        (await client.PushAsync("Acme.Warm.1.0.0.zip", new StreamContent(new HaltingStream(5 * Megabyte)))).ShouldBe(201);
        await client.DownloadAsync("packages-Acme.Warm.1.0.0");
        var idle = ResidentBytes(server.Id);
        var most = idle;
        await using (new Timer(_ => most = Math.Max(most, ResidentBytes(server.Id)), null, 0, 20))
        {
            (await client.PushAsync(Name, new StreamContent(new HaltingStream(200 * Megabyte)))).ShouldBe(201)["PackageSizeBytes"].ShouldBe("200000000");
            await using var download = await client.GetStreamAsync($"{Api.Space}/packages/{Name[..^4]}/raw");
            await download.CopyToAsync(Stream.Null);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"idle {idle / Megabyte} MB, most {most / Megabyte} MB");
        (most - idle).ShouldBeLessThan(150L * Megabyte);
    }

    private static async Task ShouldTakeItAsync(ServerProgram server)
    {
        using var client = server.Client(ServerProgram.AdminApiKey);
        (await client.SeeAsync($"{Api.Space}/packages")).Names("Id").ShouldBeEmpty();
        (await client.SendAsync("GET", $"{Api.Space}/packages/packages-Acme.Large.1.0.0")).ShouldBe(404);
        var bytes = PackageFiles.Bytes((3 * PackageContents.ChunkBytes) + 5);
        (await client.PushAsync(Name, bytes)).ShouldBe(201);
        (await client.DownloadAsync("packages-Acme.Large.1.0.0")).ShouldBe(bytes);
    }

    private static long ResidentBytes(int pid) =>
        1024 * long.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]);

    /// <summary>So many bytes that nothing can compress, which may come to a halt in the middle.</summary>
    private sealed class HaltingStream(long length, long haltAt = long.MaxValue) : Stream
    {
        private static readonly byte[] Block = PackageFiles.Bytes(64 * 1024);

        private readonly TaskCompletionSource halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long position;

        public Task Halted => halted.Task;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => position; set => throw new NotSupportedException(); }

        public void GoOn() => goOn.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position >= haltAt && !goOn.Task.IsCompleted)
            {
                halted.TrySetResult();
                await goOn.Task.WaitAsync(cancellationToken);
            }
            var count = (int)Math.Min(Math.Min(buffer.Length, Block.Length), length - position);
            Block.AsMemory(0, count).CopyTo(buffer);
            position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush()
        {
        }
    }
}
