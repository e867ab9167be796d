using System.Diagnostics;
using System.Globalization;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>A package pushed and downloaded, beside <c>cp</c> and nginx with the same bytes; and the server's memory while the largest is pushed.</summary>
internal static class PackageMeasure
{
    private const long Most = 1L << 30;
    private const double MostGrowth = 150_000_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        var folder = Directory.CreateTempSubdirectory("octologin-bench-packages-");
        using var server = await ServerUnderTest.StartAsync(setting);
        using var nginx = FileNginx.Start(folder.FullName);
        if (nginx is null)
        {
            Console.Error.WriteLine("   NO NGINX HERE: its figures are missing. apt-get install nginx");
        }
        try
        {
            using var transfers = new Transfers(server, nginx, Write(folder, "sample.bin", setting.PackageBytes));
            // The first is for the compiler and the page cache.
            for (var round = -1; round < setting.Rounds; round++)
            {
                await transfers.RoundAsync(round);
            }
            File.Delete(transfers.Sample);
            return [.. transfers.Rows(), await MemoryAsync(server, Write(folder, "largest.bin", Math.Min(Most, setting.PackageBytes * 4)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Row> MemoryAsync(ServerUnderTest server, string file)
    {
        await Task.Delay(2000);
        var idle = server.ResidentBytes;
        using var client = server.Client();
        using var memory = new MemoryWatch(() => server.ResidentBytes);
        var seconds = await TimeAsync(() => ServerUnderTest.PushAsync(client, "Bench.Largest.1.0.0.zip", file));
        var size = new FileInfo(file).Length;
        Console.Error.WriteLine($"   {Mebibytes(size)} pushed in {seconds:0.0} s, {Figures.Megabytes(memory.Most - idle)} above {Figures.Megabytes(idle)}");
        return new($"memory while {Mebibytes(size)} are pushed, above idle ({Figures.Megabytes(idle)})", Figures.Megabytes(memory.Most - idle), Target: $"≤ {Figures.Megabytes(MostGrowth)}",
            Met: memory.Most - idle <= MostGrowth);
    }

    /// <summary>Bytes that nothing on the way can compress.</summary>
    private static string Write(DirectoryInfo folder, string name, long size)
    {
        var path = Path.Combine(folder.FullName, name);
        using var file = File.Create(path);
        var (random, block) = (new Random(1), new byte[1 << 20]);
        for (var left = size; left > 0; left -= block.Length)
        {
            random.NextBytes(block);
            file.Write(block, 0, (int)Math.Min(left, block.Length));
        }
        return path;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Mebibytes(long bytes) => $"{bytes >> 20} MiB";

    private sealed class Transfers(ServerUnderTest server, FileNginx? nginx, string sample) : IDisposable
    {
        private readonly HttpClient client = server.Client();
        private readonly Dictionary<string, List<double>> rates = [];
        private readonly long size = new FileInfo(sample).Length;

        public string Sample => sample;

        public async Task RoundAsync(int round)
        {
            var name = $"Bench.Sample.1.0.{round + 1}";
            await AddAsync(round, "push", () => ServerUnderTest.PushAsync(client, $"{name}.zip", sample));
            await AddAsync(round, "download", () => ReadAsync(client, $"/api/packages/packages-{name}/raw"));
            await AddAsync(round, "cp", () => CopyAsync($"{sample}.copy"));
            if (nginx is not null)
            {
                await AddAsync(round, "PUT", () => nginx.PutAsync("sample.bin", sample));
                await AddAsync(round, "GET", () => ReadAsync(nginx.Client, "/sample.bin"));
            }
        }

        public IEnumerable<Row> Rows() => [Row("push", "PUT"), Row("download", "GET")];

        public void Dispose() => client.Dispose();

        private Row Row(string what, string reference)
        {
            var (ours, copy) = (Figures.Median(rates[what]), Figures.Median(rates["cp"]));
            var theirs = nginx is null ? double.NaN : Figures.Median(rates[reference]);
            return new($"package of {Mebibytes(size)}, {what}", Rate(ours), $"cp with a flush: {Rate(copy)}; {(nginx is null ? "no nginx here" : $"nginx {reference}: {Rate(theirs)}")}",
                $"{ours / copy:0.00}{(nginx is null ? "" : $"; {ours / theirs:0.00}")}");
        }

        private async Task AddAsync(int round, string what, Func<Task> work)
        {
            var rate = size / await TimeAsync(work);
            Console.Error.WriteLine($"   {what}: {Rate(rate)}");
            if (round >= 0)
            {
                (rates.TryGetValue(what, out var known) ? known : rates[what] = []).Add(rate);
            }
        }

        private async Task CopyAsync(string copy)
        {
            foreach (var arguments in (string[][])[["cp", sample, copy], ["sync", copy]])
            {
                using var process = Process.Start(arguments[0], arguments[1..]);
                await process.WaitForExitAsync();
            }
        }

        private static async Task ReadAsync(HttpClient client, string path)
        {
            await using var stream = await client.GetStreamAsync(path);
            await stream.CopyToAsync(Stream.Null, 128 * 1024);
        }

        private static string Rate(double bytesPerSecond) => (bytesPerSecond / 1_000_000).ToString("0", CultureInfo.InvariantCulture) + " MB/s";
    }
}
