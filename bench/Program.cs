using System.Globalization;
using OctoLogin.Bench;
using OctoLogin.Bench.Load;
using OctoLogin.Bench.Measures;
using OctoLogin.Bench.References;
using OctoLogin.Bench.Soak;

if (args is ["reference", var kind, var port])
{
    return await Reference.RunAsync(kind, int.Parse(port, CultureInfo.InvariantCulture));
}

var soak = args.SkipWhile(arg => arg != "soak").Skip(1).ToArray();
if (soak.Length == 2)
{
    args = [.. args.TakeWhile(arg => arg != "soak")];
}

var measures = new Dictionary<string, Func<Setting, Task<IReadOnlyList<Row>>>>
{
    ["exchange"] = ExchangeMeasure.RunAsync,
    ["memory"] = ExchangeMeasure.MemoryAsync,
    ["reads"] = ReadMeasure.RunAsync,
    ["issuer"] = IssuerMeasure.RunAsync,
    ["queue"] = QueueMeasure.RunAsync,
    ["start"] = StartMeasure.RunAsync,
    ["action"] = ActionMeasure.RunAsync,
    ["packages"] = PackageMeasure.RunAsync,
    ["lists"] = ListMeasure.RunAsync,
};
var builds = args.SkipWhile(arg => arg != "compare").Skip(1).Where(arg => arg != "--long").Select(Build.Parse).ToList();
if (builds.Count > 0)
{
    args = [.. args.TakeWhile(arg => arg != "compare"), "compare", .. args.Where(arg => arg == "--long")];
    measures["compare"] = setting => Comparison.RunAsync(setting, builds);
}
var programs = args.SkipWhile(arg => arg != "--programs").ElementAtOrDefault(1);
var mebibytes = args.SkipWhile(arg => arg != "--package-mib").ElementAtOrDefault(1);
var wanted = args.Where(arg => arg is not ("--programs" or "--long" or "--package-mib") && arg != programs && arg != mebibytes).ToList();
if (programs is null || wanted.FirstOrDefault(name => !measures.ContainsKey(name)) is not null)
{
    Console.Error.WriteLine($"usage: bench/run [{string.Join("] [", measures.Keys)}] [--long] [--package-mib N]   or: bench/run compare DIRECTORY[,VARIABLE=VALUE]...");
    return 2;
}

var tokens = SubjectTokens.Open(programs);
var setting = new Setting
{
    Programs = programs, Tokens = tokens, Certificates = new Certificates(programs), Long = args.Contains("--long"),
    PackageBytes = long.Parse(mebibytes ?? "256", CultureInfo.InvariantCulture) << 20,
};
await using var issuer = await StandIn.IssuerAsync(tokens, setting.Certificates.Localhost);
if (soak.Length == 2)
{
    return await SoakRun.RunAsync(setting, TimeSpan.FromMinutes(double.Parse(soak[0], CultureInfo.InvariantCulture)), int.Parse(soak[1], CultureInfo.InvariantCulture));
}
var before = Machine.LoadAverage;
var rows = new List<Row>();
foreach (var name in wanted.Count > 0 ? wanted : [.. measures.Keys.Where(name => name != "memory")])
{
    Console.Error.WriteLine($"== {name} (load average {Machine.LoadAverage})");
    rows.AddRange(await measures[name](setting));
}

Figures.Write(rows);
Console.WriteLine();
foreach (var fact in Machine.Facts())
{
    Console.WriteLine($"- {fact}");
}
Console.WriteLine($"- load average (1, 5, 15 minutes): {before} before, {Machine.LoadAverage} after; medians of {setting.Rounds} interleaved rounds of {setting.Time.TotalSeconds:0.#} s, starts of {setting.Starts}; {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
return 0;
