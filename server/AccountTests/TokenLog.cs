using OctoLogin.Accounts;
using OctoLogin.ServerTasks;

namespace OctoLogin.AccountTests;

/// <summary>Of a token that a task has signed, its log says what it is about and never the token.</summary>
public static class TokenLog
{
    public static void Tell(IdToken token, SecretMask mask, ActivityLog log)
    {
        // Before anything is written that could hold it.
        foreach (var part in token.Jwt.Split('.').Skip(1).Prepend(token.Jwt))
        {
            mask.Add(part);
        }
        log.Info($"Issuer:   {token.Issuer}");
        log.Info($"Subject:  {token.Subject}");
        log.Info($"Audience: {token.Audience}");
    }

    public static void Tell(CloudLogins.CloudRefusal refusal, ActivityLog log)
    {
        log.Error($"{refusal.Cloud} refused: {refusal.Code}: {refusal.Text}");
        log.Info(refusal.SentToken);
        log.Highlight(refusal.Advice);
    }
}
