using Microsoft.AspNetCore.DataProtection;
using OctoLogin.Database;

namespace OctoLogin.Portal;

/// <summary>
/// What Razor seals for a browser (forms' tokens, a message for the next page): with a key made of the master key, so that each replica
/// opens what another sealed, and nothing is kept on a disk.
/// </summary>
public sealed class MasterKeyProtection(Secrets secrets) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose) => new Protector(secrets, $"portal/{purpose}");

    private sealed class Protector(Secrets master, string purpose) : IDataProtector
    {
        // A key for each purpose: random nonces are safe for 2^32 values of one key.
        private readonly Lazy<Secrets> own = new(() => new Secrets(master.DeriveKey(purpose)));

        public IDataProtector CreateProtector(string inner) => new Protector(master, $"{purpose}/{inner}");

        public byte[] Protect(byte[] plaintext) => own.Value.Protect(purpose, plaintext);

        public byte[] Unprotect(byte[] protectedData) => own.Value.Unprotect(purpose, protectedData);
    }
}
