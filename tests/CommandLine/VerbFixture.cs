using System.Text.Json;
using OctoLogin.CommandLine;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Runs verbs in this process on a database of the test class's own, with no server beside them.</summary>
public sealed class VerbFixture : IAsyncLifetime
{
    private readonly TestDirectory directory = new();

    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await TestDatabase.CreateAsync();

    public Task<ProgramRun> RunAsync(params string[] args) => RunAsync("", args);

    public Task<ProgramRun> RunAsync(string input, string[] args) =>
        RunAsync(Database.ConnectionString, [$"--DataDirectory={directory.Path}", .. args], input);

    public async Task<JsonElement> JsonAsync(params string[] args)
    {
        var run = await RunAsync([.. args, "--json"]);
        run.ExitCode.ShouldBe(0, run.All);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    public static async Task<ProgramRun> RunAsync(string connectionString, string[] args, string input = "")
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await Verbs.RunAsync([$"--ConnectionStrings:OctoLogin={connectionString}", .. args], new Terminal(output, error, new StringReader(input)), default);
        return new ProgramRun(exitCode, output.ToString(), error.ToString(), default);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        directory.Dispose();
    }
}
