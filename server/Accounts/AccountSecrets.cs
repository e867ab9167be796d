using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Accounts;

/// <summary>The secrets of old-style accounts, encrypted at rest each for its name in its account: moved to another row it opens nowhere.</summary>
public sealed class AccountSecrets(Secrets secrets)
{
    public byte[] Seal(string accountId, string name, string value) => secrets.Protect(Purpose(accountId, name), Encoding.UTF8.GetBytes(value));

    /// <summary>Null: the account has no such secret.</summary>
    public string? Open(Account account, string name) =>
        account.Details is SecretDetails details && details.Sealed.TryGetValue(name, out var value)
            ? Encoding.UTF8.GetString(secrets.Unprotect(Purpose(account.Id, name), value))
            : null;

    private static string Purpose(string accountId, string name) => $"accounts.secrets:{accountId}:{name}";
}
