using System.Buffers;
using System.Data;
using Npgsql;

namespace OctoLogin.Packages;

/// <summary>
/// The bytes of a package, or of what else is kept as packages are, from the database: one chunk in memory, and no connection held between
/// two chunks. For one reader, from any position.
/// </summary>
/// <param name="what">Whose they are, in an error message: <c>package packages-Acme.1.2.3</c>.</param>
public sealed class PackageStream(NpgsqlDataSource database, long contentNumber, long sizeBytes, string what) : Stream
{
    public PackageStream(NpgsqlDataSource database, Package package)
        : this(database, package.ContentNumber, package.SizeBytes, $"package {package.Id}")
    {
    }

    private byte[] chunk = [];
    private long position;

    /// <summary>Which chunk is in memory; -1: none.</summary>
    private int ordinal = -1;
    private int chunkLength;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => sizeBytes;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= Length || buffer.IsEmpty)
        {
            return 0;
        }
        var wanted = (int)(position / PackageContents.ChunkBytes);
        if (wanted != ordinal)
        {
            await LoadAsync(wanted, cancellationToken);
        }
        var start = (int)(position % PackageContents.ChunkBytes);
        var count = Math.Min(buffer.Length, chunkLength - start);
        chunk.AsMemory(start, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    /// <summary>For .NET's zip reader alone, which reads a zip's directory so whatever is awaited before and after.</summary>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (chunk.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(chunk);
            (chunk, ordinal) = ([], -1);
        }
        base.Dispose(disposing);
    }

    private async Task LoadAsync(int wanted, CancellationToken cancel)
    {
        if (chunk.Length == 0)
        {
            chunk = ArrayPool<byte>.Shared.Rent(PackageContents.ChunkBytes);
        }
        ordinal = -1;
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand("select bytes from package_chunks where content_number = $1 and ordinal = $2", connection)
        {
            Parameters = { new() { Value = contentNumber }, new() { Value = wanted } },
        };
        // Sequential: the driver would otherwise hold the chunk a second time.
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, cancel);
        var expected = (int)Math.Min(PackageContents.ChunkBytes, Length - ((long)wanted * PackageContents.ChunkBytes));
        chunkLength = 0;
        if (await row.ReadAsync(cancel))
        {
            await using var bytes = await row.GetStreamAsync(0, cancel);
            chunkLength = await bytes.ReadAtLeastAsync(chunk.AsMemory(0, expected), expected, throwOnEndOfStream: false, cancel);
        }
        if (chunkLength != expected)
        {
            // Whoever downloads sees the connection break, and never an end that is none.
            throw new IOException($"Chunk {wanted} of {what} is not there; it was deleted some time ago.");
        }
        ordinal = wanted;
    }
}
