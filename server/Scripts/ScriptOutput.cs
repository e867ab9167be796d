using System.Globalization;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Scripts;

/// <summary>What a script says: its lines go to the log, its service messages are obeyed.</summary>
internal sealed class ScriptOutput
{
    public const int BufferSize = 16 * 1024;

    private const int MostVariables = 1000, LongestName = 1000, MostArtifacts = 100;

    /// <summary>Characters of all values.</summary>
    private const int MostText = 4 * 1024 * 1024, MostSecretText = 64 * 1024;

    /// <summary>For a prompt, or half a line of progress.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Lock gate = new();
    private readonly ActivityLog log;
    private readonly SecretMask mask;
    private readonly long mostBytes;
    private readonly OutputChannel output;
    private readonly OutputChannel errors;
    private readonly Dictionary<string, OutputVariable> variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Path, string Name)> artifacts = [];
    private readonly TaskCompletionSource<string> tooMuch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long bytes;
    private int textLength;
    private int secretLength;

    public ScriptOutput(ActivityLog log, SecretMask mask, ScriptOptions options)
    {
        (this.log, this.mask, mostBytes) = (log, mask, options.OutputMegabytes * 1024L * 1024);
        output = new OutputChannel(LogCategory.Info, mask, Write, Obey, fault => Write(LogCategory.Warning, fault));
        // Of the messages only what masks: a trace of the script (set -x) repeats all the others here, and not as they were.
        errors = new OutputChannel(LogCategory.Error, mask, WriteError, message => Mask(message.Name == "mask" ? message["value"] : null), fault => Write(LogCategory.Verbose, fault));
    }

    /// <summary>Ends with a sentence when the script says more than it may.</summary>
    public Task<string> TooMuch => tooMuch.Task;

    public bool HasWarnings { get; private set; }
    public bool HasErrors { get; private set; }

    /// <summary>Whether there was something on stderr that the script did not declare to be none.</summary>
    public bool HasStandardError { get; private set; }

    /// <summary>Of fail_step.</summary>
    public string? ResultMessage { get; private set; }

    public IReadOnlyList<OutputVariable> Variables => [.. variables.Values];

    public IReadOnlyList<(string Path, string Name)> Artifacts => artifacts;

    public Task ReadAsync(Stream stdout, Stream stderr) => Task.WhenAll(ReadAsync(stdout, output), ReadAsync(stderr, errors));

    private async Task ReadAsync(Stream stream, OutputChannel channel)
    {
        var buffer = new byte[BufferSize];
        var reading = stream.ReadAsync(buffer).AsTask();
        while (true)
        {
            if (channel.HoldsText && await Task.WhenAny(reading, Task.Delay(Pause)) != reading)
            {
                lock (gate)
                {
                    channel.Flush();
                }
            }
            var count = await reading;
            if (count == 0)
            {
                break;
            }
            lock (gate)
            {
                Read(channel, buffer.AsSpan(0, count));
            }
            reading = stream.ReadAsync(buffer).AsTask();
        }
        lock (gate)
        {
            channel.End();
        }
    }

    private void Read(OutputChannel channel, ReadOnlySpan<byte> read)
    {
        var room = (int)Math.Min(read.Length, Math.Max(0, mostBytes - bytes));
        bytes += read.Length;
        channel.Read(read[..room]);
        if (bytes > mostBytes)
        {
            Stop($"The script was stopped: it wrote more than {mostBytes / (1024 * 1024)} MiB of output (Scripts:OutputMegabytes).");
        }
    }

    private void Write(LogCategory category, string line)
    {
        HasWarnings |= category == LogCategory.Warning;
        HasErrors |= category == LogCategory.Error;
        log.Write(category, line);
    }

    private void WriteError(LogCategory category, string line)
    {
        HasStandardError |= category == LogCategory.Error;
        Write(category, line);
    }

    private void Obey(ServiceMessage message)
    {
        switch (message.Name)
        {
            case "stdout-default": output.Become(null); break;
            case "stdout-verbose": output.Become(LogCategory.Verbose); break;
            case "stdout-highlight": output.Become(LogCategory.Highlight); break;
            case "stdout-wait": output.Become(LogCategory.Wait); break;
            case "stdout-warning": output.Become(LogCategory.Warning); break;
            case "stdout-error": output.Become(LogCategory.Error); break;
            case "stdout-ignore": output.Ignore(); break;
            case "stderr-default" or "stderr-error": errors.Become(null); break;
            case "stderr-progress": errors.Become(LogCategory.Verbose); break;
            case "stderr-ignore": errors.Ignore(); break;
            case "mask": Mask(message["value"]); break;
            case "resultMessage": ResultMessage = mask.Apply(message["message"] ?? ""); break;
            case "progress": Progress(message); break;
            case "setVariable": Set(message); break;
            case "createArtifact": Collect(message); break;
            default: log.Verbose($"The service message ##octopus[{Printable.Of(message.Name)}] is not one that this server knows, and was ignored."); break;
        }
    }

    private void Progress(ServiceMessage message)
    {
        if (int.TryParse(message["percentage"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var percentage))
        {
            log.Progress(Math.Clamp(percentage, 0, 100), mask.Apply(message["message"] ?? ""));
        }
    }

    private void Set(ServiceMessage message)
    {
        var (name, value) = (message["name"] ?? "", message["value"] ?? "");
        var isSensitive = bool.TryParse(message["sensitive"], out var sensitive) && sensitive;
        if (isSensitive)
        {
            Mask(value);
        }
        textLength += name.Length + value.Length;
        if (name.Length is 0 or > LongestName)
        {
            Write(LogCategory.Error, name.Length == 0
                ? "An output variable without a name was ignored."
                : $"The output variable {Printable.Of(mask.Apply(name), 60)} was ignored: its name has {name.Length} characters, and {LongestName} are the most.");
            return;
        }
        variables[name] = new OutputVariable(name, value, isSensitive);
        if (variables.Count > MostVariables || textLength > MostText)
        {
            Stop($"The script was stopped: it set more than {MostVariables} output variables, or more than {MostText / (1024 * 1024)} MiB of them.");
        }
    }

    private void Mask(string? secret)
    {
        secretLength += secret?.Length ?? 0;
        if (secretLength > MostSecretText)
        {
            Stop($"The script was stopped: its sensitive output variables have more than {MostSecretText / 1024} Ki characters.");
            return;
        }
        mask.Add(secret);
    }

    private void Collect(ServiceMessage message)
    {
        if (message["path"] is not { Length: > 0 } path || artifacts.Count >= MostArtifacts)
        {
            Write(LogCategory.Error, artifacts.Count >= MostArtifacts ? $"An artifact was ignored: a script may have {MostArtifacts}." : "An artifact without a path was ignored.");
            return;
        }
        artifacts.Add((path, message["name"] is { Length: > 0 } name ? name : Path.GetFileName(path)));
    }

    private void Stop(string reason) => tooMuch.TrySetResult(reason);
}
