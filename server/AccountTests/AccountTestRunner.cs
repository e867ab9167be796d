using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTests;

/// <summary>Signs an ID token with the account's test subject, logs in with it where the account does, and says each step in words.</summary>
public sealed class AccountTestRunner(AccountStore accounts, SpaceStore spaces, IdTokenIssuer issuer, AwsLogin aws, AzureLogin azure, GoogleLogin google) : IServerTaskRunner
{
    public const string Name = "TestAccount";

    public string TaskName => Name;

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        var id = task.Task.Arguments.GetProperty(RequestAccountTest.AccountId).GetString()!;
        var account = await accounts.FindAsync(task.Task.SpaceId, id, cancel) ?? throw new TaskFailedException($"Account {id} was deleted before its test began.");
        var space = await spaces.FindAsync(task.Task.SpaceId, cancel) ?? throw new TaskFailedException("The space was deleted before the test began.");
        var token = await StepAsync(task.Log, "Sign an ID token", log => Task.FromResult(Sign(account, space, task.Mask, log)));
        switch (account.Details)
        {
            case AwsOidcDetails role:
                await TestAsync(role, account, token, task, cancel);
                break;
            case AzureOidcDetails app:
                await TestAsync(app, token, task, cancel);
                break;
            case GoogleOidcDetails details:
                await TestAsync(details, token, task, cancel);
                break;
            default:
                await StepAsync(task.Log, "The token's claims", log => Task.FromResult(Show(token, log)));
                break;
        }
        task.Log.Highlight($"Account {account.Name} works.");
    }

    private IdToken Sign(Account account, Space space, SecretMask mask, ActivityLog log)
    {
        IdToken token;
        try
        {
            token = issuer.Issue(account, SubjectUse.AccountTest, new SubjectParts { Space = space.Slug, Account = account.Slug });
        }
        catch (IdTokenException refusal)
        {
            throw new TaskFailedException(refusal.Message);
        }
        // Before anything is written that could hold it.
        foreach (var part in token.Jwt.Split('.').Skip(1).Prepend(token.Jwt))
        {
            mask.Add(part);
        }
        log.Info($"Issuer:   {token.Issuer}");
        log.Info($"Subject:  {token.Subject}");
        log.Info($"Audience: {token.Audience}");
        var claims = IdTokenClaims.Of(token).Select(claim => claim.Name).ToHashSet();
        foreach (var name in ((OidcDetails)account.Details).CustomClaims.Keys)
        {
            log.Info(claims.Contains(name) ? $"With the claim {Printable.Of(name)}" : $"Without the claim {Printable.Of(name)}: it needs variables of a deployment, and this is none");
        }
        return token;
    }

    private async Task TestAsync(AwsOidcDetails role, Account account, IdToken token, RunningTask task, CancellationToken cancel)
    {
        var session = await StepAsync(task.Log, $"Assume the role {Printable.Of(role.RoleArn)}", async log =>
        {
            log.Info($"AssumeRoleWithWebIdentity in {AwsRegion.Of(role.RoleArn, role.Region)}, for {role.SessionDuration} s");
            return await aws.LoginAsync(role, token, $"octologin-test-{account.Slug}", cancel, log.Warning);
        });
        task.Mask.Add(session.SecretAccessKey);
        task.Mask.Add(session.SessionToken);
        await StepAsync(task.Log, "Ask AWS who that is", async log =>
        {
            var arn = await aws.CallerArnAsync(session, token, cancel);
            log.Info($"GetCallerIdentity says {Printable.Of(arn)}, until {session.ExpiresAt:u}");
            return arn;
        });
    }

    private async Task TestAsync(AzureOidcDetails app, IdToken token, RunningTask task, CancellationToken cancel)
    {
        var access = await StepAsync(task.Log, $"Log in to Microsoft Entra as {Printable.Of(app.ClientId)}", async log =>
        {
            log.Info($"Tenant {Printable.Of(app.TenantId)} at {Printable.Of(app.Authority)}, for {Printable.Of(AzureLogin.ManagementScope(app))}");
            return await azure.LoginAsync(app, AzureLogin.ManagementScope(app), token, cancel, log.Warning);
        });
        task.Mask.Add(access.Value);
        await StepAsync(task.Log, $"Read the subscription {Printable.Of(app.SubscriptionNumber)}", async log =>
        {
            var subscription = await azure.SubscriptionAsync(app, access, token, cancel);
            log.Info($"It is {Printable.Of(subscription.DisplayName)}, {Printable.Of(subscription.State)}");
            return subscription;
        });
    }

    private async Task TestAsync(GoogleOidcDetails details, IdToken token, RunningTask task, CancellationToken cancel)
    {
        var name = details.ImpersonatedServiceAccount is { Length: > 0 } email ? $"Exchange it for a token of {Printable.Of(email)}" : "Exchange it for a federated token";
        var access = await StepAsync(task.Log, name, async log =>
        {
            log.Info($"Provider {Printable.Of(GoogleLogin.ProviderOf(token.Audience))}");
            return await google.LoginAsync(details, token, cancel, log.Warning);
        });
        task.Mask.Add(access.Value);
        task.Log.Info($"Google gave an access token until {access.ExpiresAt:u}");
    }

    private static IdToken Show(IdToken token, ActivityLog log)
    {
        foreach (var (name, value) in IdTokenClaims.Of(token))
        {
            log.Info($"{Printable.Of(name)}: {Printable.Of(value, 1000)}");
        }
        return token;
    }

    /// <summary>An element of the log that ends as what it was for did.</summary>
    private static async Task<T> StepAsync<T>(ActivityLog above, string name, Func<ActivityLog, Task<T>> step)
    {
        var log = above.Begin(name);
        var status = ActivityStatus.Failed;
        try
        {
            var result = await step(log);
            status = ActivityStatus.Success;
            return result;
        }
        catch (CloudRefusal refusal)
        {
            log.Error($"{refusal.Cloud} refused: {refusal.Code}: {refusal.Text}");
            log.Info(refusal.SentToken);
            log.Highlight(refusal.Advice);
            throw new TaskFailedException(refusal.Message);
        }
        catch (CloudOutage outage)
        {
            throw new TaskFailedException($"{outage.Message} That says nothing about the account; test it again later.");
        }
        catch (OperationCanceledException)
        {
            status = ActivityStatus.Canceled;
            throw;
        }
        finally
        {
            log.End(status);
        }
    }
}
