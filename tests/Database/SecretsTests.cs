using System.Security.Cryptography;
using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Tests.Database;

public sealed class SecretsTests
{
    private const string Purpose = "signing_keys.private_key:k1";

    private readonly Secrets _secrets = new(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [InlineData("")]
    [InlineData("a private key")]
    public void Opens_what_it_sealed(string text) => Encoding.UTF8.GetString(_secrets.Unprotect(Purpose, Seal(text))).ShouldBe(text);

    [Fact]
    public void Seals_with_a_version_a_fresh_nonce_and_a_tag()
    {
        var (one, two) = (Seal("same"), Seal("same"));
        one.Length.ShouldBe(1 + 12 + 16 + 4);
        one[0].ShouldBe((byte)1);
        one[1..13].ShouldNotBe(two[1..13]);
        one[29..].ShouldNotBe(Encoding.UTF8.GetBytes("same"));
    }

    [Fact]
    public void Refuses_a_value_with_any_bit_changed()
    {
        var value = Seal("x");
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            var tampered = value.ToArray();
            tampered[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.Throw<CryptographicException>(() => _secrets.Unprotect(Purpose, tampered));
        }
    }

    [Fact]
    public void Refuses_a_value_that_was_moved_to_another_row() =>
        Should.Throw<CryptographicException>(() => _secrets.Unprotect("signing_keys.private_key:k2", Seal("x"))).Message.ShouldStartWith("The sealed value of signing_keys.private_key:k2 was sealed for another purpose");

    [Fact]
    public void Refuses_a_value_that_was_sealed_with_another_key() =>
        Should.Throw<CryptographicException>(() => new Secrets(RandomNumberGenerator.GetBytes(32)).Unprotect(Purpose, Seal("x")));

    [Fact]
    public void Refuses_a_value_that_is_too_short()
    {
        for (var length = 0; length < 29; length++)
        {
            Should.Throw<CryptographicException>(() => _secrets.Unprotect(Purpose, Seal("x").AsSpan(0, length)));
        }
    }

    [Fact]
    public void Takes_only_a_key_of_256_bits() => Should.Throw<ArgumentException>(() => new Secrets(new byte[16]));

    private byte[] Seal(string text) => _secrets.Protect(Purpose, Encoding.UTF8.GetBytes(text));
}
