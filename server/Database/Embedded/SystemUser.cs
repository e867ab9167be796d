using System.Globalization;

namespace OctoLogin.Database.Embedded;

/// <summary>Who a program runs as.</summary>
/// <param name="Drops">Whether the server is root and changes to this user; otherwise it is the server's own.</param>
internal sealed record SystemUser(uint Id, uint Group, string Name, bool Drops)
{
    public const string Passwd = "/etc/passwd";

    public IEnumerable<string> Command(params IEnumerable<string> command) => Drops
        ? ["setpriv", $"--reuid={Id}", $"--regid={Group}", "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--", .. command]
        : command;

    public void Own(string path)
    {
        if (Drops)
        {
            LibC.SetOwner(path, Id, Group);
        }
    }

    /// <returns>The directory on the way that keeps this user out; null: none does.</returns>
    public async Task<string?> FindClosedAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Drops || await CanEnterAsync(directory, cancellationToken))
        {
            return null;
        }

        var closed = directory;
        for (var parent = Path.GetDirectoryName(directory); parent is not null && !await CanEnterAsync(parent, cancellationToken); parent = Path.GetDirectoryName(parent))
        {
            closed = parent;
        }

        return closed;
    }

    /// <summary>The first account that fits and is not root's.</summary>
    public static SystemUser? Find(Func<SystemUser, bool> which) => File.ReadLines(Passwd)
        .Select(line => line.Split(':'))
        .Where(fields => fields.Length >= 4)
        .Select(fields => new SystemUser(uint.Parse(fields[2], CultureInfo.InvariantCulture), uint.Parse(fields[3], CultureInfo.InvariantCulture), fields[0], Drops: true))
        .FirstOrDefault(user => user.Id != 0 && which(user));

    private async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(Command("test", "-x", directory), cancellationToken)).ExitCode == 0;
}
