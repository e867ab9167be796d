using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.ServerTasks;

namespace OctoLogin.ExecutionAccounts;

/// <summary>Makes the ID tokens of one task's steps. Each is in the task's mask before anybody else has it.</summary>
/// <param name="mask">Of the task.</param>
internal sealed class StepTokens(StepAccounts accounts, IdTokenIssuer issuer, AccountSecrets secrets, CloudOptions clouds, TimeProvider time, SecretMask mask)
{
    /// <param name="value">A variable, for custom claims.</param>
    /// <exception cref="TaskFailedException">It cannot be made.</exception>
    public HeldToken Issue(Account account, AccountPlace place, Func<string, string?> value)
    {
        try
        {
            var now = time.GetUtcNow();
            var token = issuer.Issue(account, place.Use, place.Subject, value);
            mask.Add(token.Jwt);
            return new(token, now + (token.ExpiresAt - now) / 2);
        }
        catch (IdTokenException refusal)
        {
            throw new TaskFailedException($"No ID token can be made for account '{account.Name}' ({account.Id}): {refusal.Message}");
        }
    }

    public bool IsOld(HeldToken token) => time.GetUtcNow() >= token.RenewAt;

    public Task<(Account? Account, string? Fault)> FindAgainAsync(Account account, AccountPlace place, CancellationToken cancel) => accounts.FindAgainAsync(account, place, cancel);

    public IEnumerable<AccountValue> ValuesOf(Account account, IdToken? token) => AccountValues.Of(account, token, name => secrets.Open(account, name));

    public Dictionary<string, string> EnvironmentOf(Account account, string tokenFile, string settingsFile, AccountPlace place, Func<string, string?> value) =>
        SdkEnvironment.Of(account, tokenFile, settingsFile, place.ExecutionId, value, name => Masked(secrets.Open(account, name)));

    public byte[] GoogleSettingsOf(GoogleOidcDetails account, string audience, string tokenFile) => GoogleSettings.Of(account, audience, tokenFile, clouds.GoogleUniverseDomain);

    private string? Masked(string? secret)
    {
        mask.Add(secret);
        return secret;
    }
}

/// <param name="RenewAt">At half of its life.</param>
internal sealed record HeldToken(IdToken Token, DateTimeOffset RenewAt);
