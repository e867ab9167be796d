using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.Support;

/// <summary>What scripts keep for a test, in a place that every user may write to.</summary>
public sealed class KeptFiles : IDisposable
{
    private readonly TestDirectory directory = new();

    public KeptFiles() => File.SetUnixFileMode(directory.Path, (UnixFileMode)0x1FF);

    public string Path => directory.Path;

    public string this[string name] => File.ReadAllText(directory[name]);

    public bool Has(string name) => File.Exists(directory[name]);

    /// <summary>The shell's words for it: all of it is there, or nothing.</summary>
    /// <param name="text">As it stands between double quotes.</param>
    public string Keep(string name, string text) => $"printf %s \"{text}\" > \"{Path}/{name}.new\"; chmod a+r \"{Path}/{name}.new\"; mv \"{Path}/{name}.new\" \"{Path}/{name}\"";

    /// <summary>A token that a cloud takes: by the server's discovery document, over the network.</summary>
    public Task<VerifiedToken> VerifiedAsync(CloudServer server, string name) => server.Clouds.Sts.RelyingParty.VerifyAsync(this[name], CloudServer.Issuer);

    public void Dispose() => directory.Dispose();
}
