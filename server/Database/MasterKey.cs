using System.Security.Cryptography;

namespace OctoLogin.Database;

/// <summary>The key of <see cref="Secrets"/> and where it came from: <c>MasterKey</c>, <c>MasterKeyFile</c>, or master.key in the data directory.</summary>
internal sealed record MasterKey(byte[] Bytes, string Origin)
{
    public const int Size = 32;
    public const string HowToMake = "A new one for a new installation: openssl rand -base64 32";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static byte[]? Decode(string base64)
    {
        var bytes = new byte[Size];
        return Convert.TryFromBase64String(base64.Trim(), bytes, out var written) && written == Size ? bytes : null;
    }

    /// <returns>Null when none is configured and none was made yet.</returns>
    public static MasterKey? Find(DatabaseOptions options)
    {
        if (options.MasterKey is not null)
        {
            return new MasterKey(Decode(options.MasterKey) ?? throw Fault("MasterKey is not base64 of 32 bytes."), "the setting MasterKey");
        }

        if (options.MasterKeyFile is not null)
        {
            if (!File.Exists(options.MasterKeyFile))
            {
                throw Fault($"MasterKeyFile is {options.MasterKeyFile}, and there is no such file. Put the base64 of the 32 byte key there. {HowToMake}");
            }

            // No look at its mode: orchestrators mount secrets readable for all in a place that only this container sees.
            return ReadFile(options.MasterKeyFile, $"the file {options.MasterKeyFile} (MasterKeyFile)");
        }

        var path = DefaultPath(options);
        if (!File.Exists(path))
        {
            return null;
        }

        RefuseOpenFile(path);
        return ReadFile(path, $"the file {path}");
    }

    /// <summary>Makes master.key; the caller knows that no database needs an earlier one.</summary>
    public static MasterKey Create(DatabaseOptions options)
    {
        var path = DefaultPath(options);
        var bytes = RandomNumberGenerator.GetBytes(Size);
        var unfinished = $"{path}.new-{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
            using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes) + "\n"));
                file.Flush(flushToDisk: true);
            }

            // Whole or not at all, and never over a key that is there.
            File.Move(unfinished, path, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new StartupException($"The master key could not be written to {path}: {e.Message} Mend that, or set MasterKey or MasterKeyFile.", e);
        }

        return new MasterKey(bytes, $"the file {path}");
    }

    /// <summary>Every place that a key may be in, and what is there, for messages.</summary>
    public static string Looked(DatabaseOptions options) =>
        $"MasterKey ({(options.MasterKey is null ? "not set" : "set")}), MasterKeyFile ({options.MasterKeyFile ?? "not set"}), {DefaultPath(options)} ({(File.Exists(DefaultPath(options)) ? "exists" : "no such file")})";

    private static string DefaultPath(DatabaseOptions options) => Path.Combine(Path.GetFullPath(options.DataDirectory), "master.key");

    private static MasterKey ReadFile(string path, string origin)
    {
        try
        {
            var bytes = Decode(File.ReadAllText(path));
            return new MasterKey(bytes ?? throw Fault($"What is in {origin} is not base64 of 32 bytes. Restore it from a backup. {HowToMake}"), origin);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"The master key in {origin} cannot be read: {e.Message} Let the user {Environment.UserName} read it.");
        }
    }

    private static void RefuseOpenFile(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            throw Fault($"The master key {path} has mode {Convert.ToString((int)mode, 8)}: other users can reach it. If nobody has read it: chmod 600 {path}");
        }
    }

    private static StartupException Fault(string message) => new(message) { ExitCode = StartupException.ConfigurationFault };
}
