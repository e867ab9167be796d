using System.CommandLine;

namespace OctoLogin.CommandLine;

/// <summary>What every verb has at hand.</summary>
public sealed class VerbContext(Terminal terminal)
{
    public Terminal Terminal { get; } = terminal;

    /// <summary>The arguments that are settings, for ASP.NET Core's configuration.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    public static Option<bool> JsonOption() => new("--json") { Description = "Print JSON, with the API's property names." };

    /// <summary>A verb that works on the database: opened for it, beside a running server or without one.</summary>
    public void OnDatabase(Command command, Func<ParseResult, VerbServices, CancellationToken, Task<int>> work) =>
        OnDatabase(command, parsed => parsed, (parsed, _, services, cancel) => work(parsed, services, cancel));

    /// <param name="read">What can be wrong about the arguments is told before anything is opened or made.</param>
    public void OnDatabase<T>(Command command, Func<ParseResult, T> read, Func<ParseResult, T, VerbServices, CancellationToken, Task<int>> work) =>
        command.SetAction(async (parsed, cancel) =>
        {
            var asked = read(parsed);
            await using var services = await VerbServices.OpenAsync(this, cancel);
            return await work(parsed, asked, services, cancel);
        });
}

/// <summary>The arguments contradict each other or miss something; nothing was done.</summary>
public sealed class UsageException(string message) : Exception(message);
