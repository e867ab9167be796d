using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Audit;

/// <summary>
/// Hashes of the audit's chains: HMAC-SHA-256 (RFC 2104) with a key from the master key, so that somebody who can write the database,
/// and no more, can make none. What is hashed is unambiguous: each text with its length, null unlike empty, each kind of row with its tag.
/// </summary>
public sealed class ChainSeal
{
    private const byte EventTag = 1;
    private const byte ChainTag = 2;
    private const byte RegisterTag = 3;

    // Npgsql is as strict: what has no UTF-8 is refused and not replaced.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? kept;

    // To look for the algorithm and prepare the key takes as long as to hash an event, so that each thread keeps one that is ready.
    private readonly ThreadLocal<IncrementalHash> hmac;

    public ChainSeal(Secrets secrets)
    {
        var key = secrets.DeriveKey("audit chains");
        hmac = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));
    }

    /// <summary>What stands for the hash before the first event.</summary>
    public static byte[] Start { get; } = new byte[HMACSHA256.HashSizeInBytes];

    public byte[] OfEvent(ReadOnlySpan<byte> before, StoredEvent row)
    {
        var text = Begin(EventTag);
        Add(text, before);
        Add(text, row.Chain);
        Add(text, row.Position);
        Add(text, row.Number);
        Add(text, row.Occurred);
        Add(text, row.Category);
        Add(text, row.SpaceId);
        Add(text, row.UserId);
        Add(text, row.Username);
        Add(text, row.EstablishedWith);
        Add(text, row.Message);
        Add(text, (long)row.RelatedDocumentIds.Length);
        foreach (var id in row.RelatedDocumentIds)
        {
            Add(text, id);
        }
        Add(text, row.Details);
        Add(text, row.CorrelationId);
        Add(text, row.IpAddress);
        Add(text, row.UserAgent);
        return Hash(text);
    }

    public byte[] OfChain(AuditChain chain)
    {
        var text = Begin(ChainTag);
        Add(text, chain.Id);
        Add(text, chain.Node);
        Add(text, chain.Purpose);
        Add(text, chain.Started);
        Add(text, chain.Position);
        Add(text, chain.Head);
        return Hash(text);
    }

    public byte[] OfRegister(AuditRegister register)
    {
        var text = Begin(RegisterTag);
        Add(text, register.Chains);
        Add(text, register.UnchainedEvents);
        Add(text, register.UnchainedUntil);
        return Hash(text);
    }

    public AuditChain Sealed(AuditChain chain) => chain with { Seal = OfChain(chain) };

    public bool IsGenuine(AuditChain chain) => Same(chain.Seal, OfChain(chain));

    public bool IsGenuine(AuditRegister register) => register.Seal is not null && Same(register.Seal, OfRegister(register));

    public static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(one, other);

    /// <summary>As precise as PostgreSQL stores it.</summary>
    public static DateTimeOffset Stored(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    private byte[] Hash(ArrayBufferWriter<byte> text)
    {
        var ready = hmac.Value!;
        ready.AppendData(text.WrittenSpan);
        return ready.GetHashAndReset();
    }

    private static ArrayBufferWriter<byte> Begin(byte tag)
    {
        var text = kept ??= new ArrayBufferWriter<byte>(4096);
        text.ResetWrittenCount();
        text.Write([tag]);
        return text;
    }

    private static void Add(ArrayBufferWriter<byte> text, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(text.GetSpan(sizeof(long)), number);
        text.Advance(sizeof(long));
    }

    private static void Add(ArrayBufferWriter<byte> text, DateTimeOffset time) =>
        Add(text, (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    private static void Add(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> bytes)
    {
        Add(text, (long)bytes.Length);
        text.Write(bytes);
    }

    private static void Add(ArrayBufferWriter<byte> text, string? value)
    {
        if (value is null)
        {
            Add(text, -1L);
            return;
        }
        Add(text, (long)Utf8.GetByteCount(value));
        text.Advance(Utf8.GetBytes(value, text.GetSpan(Utf8.GetMaxByteCount(value.Length))));
    }
}
