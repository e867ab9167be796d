using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Packages;

/// <summary>
/// Takes a package from a client: who may, what is it called, is it there, then its bytes as they come, and in the last transaction the
/// package. Until that commit nobody sees anything of it; of two pushes at once that commit decides.
/// </summary>
public sealed class PushPackage(
    NpgsqlDataSource database, PackageStore packages, PackageContents contents, PackageOptions options, AuditLog audit, TimeProvider clock)
{
    private const string Kind = "Package";

    public async Task<PushedPackage> RunAsync(HttpRequest request, OverwriteMode mode, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.Demand(Permission.BuiltInFeedPush, AccessTarget.Space(space.Id));
        var form = PackageForm.Open(request, options.MaxBytes);
        var file = await form.NextFileAsync(cancel) ?? throw PackageForm.NoFile();
        try
        {
            var name = PackageFileName.Parse(file.Name, out var fault) ?? throw ApiException.BadRequest(fault!);
            var present = await packages.FindAsync(space.Id, name.PackageId, name.Version.Text, cancel);
            if (present is not null && !Replaces(present, mode, caller))
            {
                await form.DrainAsync(cancel);
                return new(present, IsNew: false);
            }
            return await WriteAsync(form, file, name, mode, space, caller, cancel);
        }
        catch (ApiException)
        {
            await form.DrainAsync(cancel);
            throw;
        }
    }

    private async Task<PushedPackage> WriteAsync(
        PackageForm form, PackageFormFile file, PackageFileName name, OverwriteMode mode, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var content = await ReadAsync(file, cancel);
        try
        {
            if (content.SizeBytes == 0)
            {
                throw ApiException.BadRequest($"The file '{Printable.Of(file.Name)}' is empty.");
            }
            // Also reads the end of the form: what was cut off is no package.
            if (await form.NextFileAsync(cancel) is { } second)
            {
                throw ApiException.BadRequest($"The form has more than one file, '{Printable.Of(file.Name)}' and '{Printable.Of(second.Name)}'; push one at a time.");
            }
            var package = Describe(name, content, space);
            var pushed = await database.InTransactionAsync(connection => PublishAsync(connection, package, content, mode, caller, cancel), cancel);
            if (pushed.Package.ContentNumber != content.Number)
            {
                await contents.AbandonAsync(content.Number);
            }
            return pushed;
        }
        catch
        {
            await contents.AbandonAsync(content.Number);
            throw;
        }
    }

    private async Task<WrittenContent> ReadAsync(PackageFormFile file, CancellationToken cancel)
    {
        try
        {
            return await contents.WriteAsync(file.Body, options.MaxBytes, cancel);
        }
        catch (Exception fault) when (PackageForm.IsMalformed(fault))
        {
            throw PackageForm.Malformed(fault);
        }
    }

    private async Task<PushedPackage> PublishAsync(
        NpgsqlConnection connection, Package package, WrittenContent content, OverwriteMode mode, Caller caller, CancellationToken cancel)
    {
        while (true)
        {
            if (await packages.InsertAsync(connection, package, cancel) is { } made)
            {
                await PackageContents.PublishAsync(connection, content, cancel);
                await audit.AppendAsync(connection, Happened(AuditEvent.Created(caller.Actor, Kind, made.Id, made.FileName, made.SpaceId), made, null), cancel);
                return new(made, IsNew: true);
            }
            var present = await packages.FindAsync(connection, package.SpaceId, package.PackageId, package.Version, hold: true, cancel);
            if (present is null)
            {
                // Deleted between the two statements: it can be made after all.
                continue;
            }
            if (!Replaces(present, mode, caller))
            {
                return new(present, IsNew: false);
            }
            var changed = await packages.ReplaceAsync(connection, package with { Id = present.Id }, cancel);
            await PackageContents.PublishAsync(connection, content, cancel);
            await contents.DiscardAsync(connection, [present.ContentNumber], cancel);
            await audit.AppendAsync(connection, Happened(AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.FileName, changed.SpaceId), changed, present), cancel);
            return new(changed, IsNew: true);
        }
    }

    private static bool Replaces(Package present, OverwriteMode mode, Caller caller) => OverwriteModes.Replaces(
        mode, "A package with the same name and version already exists.", present.FileName, caller, Permission.BuiltInFeedAdminister, present.SpaceId);

    private Package Describe(PackageFileName name, WrittenContent content, SpaceContext space) => new()
    {
        Id = "",
        SpaceId = space.Id,
        FeedId = Feed.BuiltInId,
        PackageId = name.PackageId,
        Version = name.Version.Text,
        VersionKey = name.Version.SortKey,
        FileExtension = name.Extension,
        SizeBytes = content.SizeBytes,
        Sha256 = content.Sha256,
        ContentNumber = content.Number,
        Published = clock.GetUtcNow(),
    };

    private static AuditEvent Happened(AuditEvent happened, Package package, Package? before) => happened with
    {
        Details = AuditDetails.Of(new { package.SizeBytes, package.Sha256, ReplacedSha256 = before?.Sha256 }),
    };
}

/// <param name="IsNew">False: it was there, and stayed as it was.</param>
public sealed record PushedPackage(Package Package, bool IsNew);
