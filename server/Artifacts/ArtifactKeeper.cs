using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;

namespace OctoLogin.Artifacts;

/// <summary>Keeps with a task what its scripts want to be kept: the bytes as those of packages, chunk by chunk, and in the last transaction the artifact.</summary>
public sealed class ArtifactKeeper(NpgsqlDataSource database, ArtifactStore artifacts, PackageContents contents, TimeProvider clock)
{
    private const int MostCharacters = 255;

    /// <summary>A database that died while chunks were written may have lost one; the file is still here.</summary>
    private const int MostTries = 3;

    /// <summary>False: not all were kept, which the log says.</summary>
    /// <param name="source">Which action, and for which target.</param>
    public async Task<bool> KeepAsync(ServerTask task, string source, IReadOnlyList<ScriptArtifact> files, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        var all = true;
        foreach (var file in files)
        {
            var artifact = new NewArtifact(NameOf(file, mask), mask.Apply(source), log.IdIn(task));
            var number = await Outage.WaitAsync(() => artifacts.NextNumberAsync(cancel), cancel);
            var kept = await KeepAsync(task, number, artifact, file.Content, MostTries, cancel);
            all &= kept;
            if (kept)
            {
                log.Verbose($"Artifact '{artifact.Filename}' was kept: Artifacts-{number}, {file.Length} bytes.");
            }
            else
            {
                log.Error($"Artifact '{artifact.Filename}' was not kept: the database lost a part of it each time.");
            }
        }
        return all;
    }

    private async Task<bool> KeepAsync(ServerTask task, long number, NewArtifact artifact, Stream content, int tries, CancellationToken cancel)
    {
        try
        {
            return await Outage.WaitAsync(() => WriteAsync(task, number, artifact, content, cancel), cancel);
        }
        catch (ApiException)
        {
            return tries > 1 && await KeepAsync(task, number, artifact, content, tries - 1, cancel);
        }
    }

    private async Task<bool> WriteAsync(ServerTask task, long number, NewArtifact artifact, Stream content, CancellationToken cancel)
    {
        content.Position = 0;
        // How much a script may keep was looked at when its files were read.
        var written = await contents.WriteAsync(content, long.MaxValue, cancel);
        var isNew = false;
        try
        {
            await database.InTransactionAsync(async connection =>
            {
                if (await artifacts.InsertAsync(connection, task, number, artifact, written, clock.GetUtcNow(), cancel))
                {
                    await PackageContents.PublishAsync(connection, written, cancel);
                    isNew = true;
                }
            }, cancel);
            return true;
        }
        catch
        {
            isNew = false;
            throw;
        }
        finally
        {
            if (!isNew)
            {
                await contents.AbandonAsync(written.Number);
            }
        }
    }

    /// <summary>For people: without what makes a terminal or a header do something, and without secrets.</summary>
    private static string NameOf(ScriptArtifact file, SecretMask mask)
    {
        var name = new string([.. mask.Apply(file.Name).Where(character => !char.IsControl(character))]).Trim();
        name = name.Length <= MostCharacters ? name : name[..(char.IsHighSurrogate(name[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
        return name.Length > 0 ? name : "artifact";
    }
}
