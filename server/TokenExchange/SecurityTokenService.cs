using System.Diagnostics;
using System.Net;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>The exchange (RFC 8693): a subject token for a short-lived access token. The steps are the contract's, in its order.</summary>
public sealed class SecurityTokenService(
    TrustedAccounts accounts, SubjectTokenValidator validator, ExchangeJournal journal, CallerStore callers,
    SigningKeyRing keys, IssuerOptions issuer, TrustedIssuers trusted, ExchangeLimit limit, RefusalLimit refusals, ExchangeMetrics metrics, TimeProvider clock)
{
    private const int MostTries = 3;

    /// <summary>
    /// Every attempt, whatever becomes of it, is one audit event: written here, where no way out can pass it by. What is refused without
    /// one bounds what strangers can have us write: a 429 after the first of its kind, and a 503 after many.
    /// </summary>
    /// <param name="address">Whose refusals are counted; throws the 429 where there were too many.</param>
    public async Task<TokenAnswer> ExchangeAsync(Func<Task<TokenExchangeRequest>> read, AuditActor origin, IPAddress? address, CancellationToken cancel)
    {
        refusals.Check(address);
        var attempt = new ExchangeAttempt(origin);
        var started = Stopwatch.GetTimestamp();
        using var span = ExchangeMetrics.StartSpan();
        try
        {
            // 1. Shape, sizes and values of the request.
            var answer = await ExchangeAsync(await read(), attempt, cancel);
            attempt.Outcome = ExchangeOutcome.Issued;
            return answer;
        }
        catch (OAuthException refusal)
        {
            if (!refusal.IsUnrecorded && refusals.MayRecord(address, refusal.Status))
            {
                await journal.WriteAsync(attempt.Refused(refusal));
            }
            attempt.RefusedBy(refusal);
            throw;
        }
        catch (Exception fault) when (!Outage.Is(fault))
        {
            // A caller that left, or a bug of ours: neither is a decision, each is an attempt, and a row that a stranger may have caused.
            attempt.Broken(cancel);
            refusals.Count(address);
            await journal.WriteAsync(attempt.Refused(new OAuthException("server_error", "The request could not be answered.", fault.Message)));
            throw;
        }
        finally
        {
            metrics.Ended(attempt, span, Stopwatch.GetElapsedTime(started));
        }
    }

    private async Task<TokenAnswer> ExchangeAsync(TokenExchangeRequest request, ExchangeAttempt attempt, CancellationToken cancel)
    {
        attempt.Audience = request.Audience;

        // 2. A strict JWT with an algorithm that we accept.
        var token = attempt.Token = CompactJws.TryParse(request.SubjectToken, out var malformed)
            ?? throw OAuthException.InvalidRequest($"subject_token is not an acceptable JWT: {malformed}.");
        if (token.Type is not (null or "JWT"))
        {
            throw OAuthException.InvalidRequest("subject_token is not an acceptable JWT: its 'typ' is not JWT.");
        }

        for (var tries = 0; tries < MostTries; tries++)
        {
            try
            {
                if (await DecideAsync(request, token, attempt, fresh: tries > 0, cancel) is { } answer)
                {
                    return answer;
                }
                // The next try reads the rest; of keys this replica may not have heard yet.
                await keys.ReloadAsync(cancel);
            }
            catch (OAuthException) when (attempt.DecidedFromMemory)
            {
                // What is remembered may be out of date, and nobody is refused by that.
            }
        }
        throw OAuthException.Unavailable("The service account is being changed right now. Nothing was issued; try again in a few seconds.", 5);
    }

    /// <summary>Null: what was decided on has changed before it was recorded, so that it must be decided again.</summary>
    private async Task<TokenAnswer?> DecideAsync(TokenExchangeRequest request, CompactJws token, ExchangeAttempt attempt, bool fresh, CancellationToken cancel)
    {
        // 3. Its issuer is one that the named account trusts. Nothing has been fetched from anywhere so far.
        var (account, trusting) = await FindTrustAsync(request.Audience, token, attempt, fresh, cancel);

        // 4, 5, 6. The issuer's key, the signature, the times and the id.
        await validator.ValidateAsync(token, attempt, trusting[0].IssuerVersion, cancel);

        // 7, 8, 9. Audience, subject and conditions of one identity.
        var matched = Match(account, trusting, token, attempt);

        // 10. The account may be used.
        attempt.Step = ExchangeOutcome.Disabled;
        if (!account.IsActive)
        {
            throw Disclosure.Disabled(account);
        }
        var scope = await NarrowAsync(account, request.Scope, attempt, cancel);

        // 11. Used for the first time: decided, and recorded with the audit event, in one commit. From here on nothing is decided from memory.
        attempt.DecidedFromMemory = false;
        return await limit.CountAsync(account, matched.Issuer, () => IssueAsync(request, account, matched, token, scope, attempt));
    }

    private async Task<(ServiceAccount Account, IReadOnlyList<OidcIdentity> Trusting)> FindTrustAsync(
        string audience, CompactJws token, ExchangeAttempt attempt, bool fresh, CancellationToken cancel)
    {
        (attempt.Step, attempt.TrustedIssuer) = (ExchangeOutcome.Untrusted, null);
        var presented = token.Claim("iss");
        // What is no GUID is asked for as well, so that it takes as long.
        _ = Guid.TryParseExact(audience, "D", out var externalId);
        var found = fresh ? await accounts.ReadAsync(externalId, cancel) : await accounts.GetAsync(externalId, cancel);
        (attempt.Account, attempt.DecidedFromMemory) = (found?.Account, found?.FromMemory == true);
        var trusting = found?.Identities.Where(identity => identity.Issuer == presented).ToList() ?? [];
        var fault = found is null ? $"There is no service account with the GUID '{Printable.Of(audience, 100)}'."
            : presented == issuer.ServerUri ? "The token is one of this server's own, which is never accepted as a subject token."
            : trusting.Count == 0 ? $"None of the {found.Identities.Count} OIDC identities of {found.Account.Username} has the issuer '{Printable.Of(presented)}'."
            : trusted.FaultOf(trusting[0]);
        if (fault is not null)
        {
            throw Disclosure.Untrusted(audience, token, fault);
        }
        attempt.TrustedIssuer = presented;
        return (found!.Account, trusting);
    }

    private OidcIdentity Match(ServiceAccount account, IReadOnlyList<OidcIdentity> trusting, CompactJws token, ExchangeAttempt attempt)
    {
        attempt.Step = ExchangeOutcome.ClaimMismatch;
        var now = clock.GetUtcNow();
        var matches = trusting.Select(identity => identity.Match(token.Payload, account.Audience, now)).ToList();
        // The closest one is what the refusal speaks of: fewest checks failed, then most passed.
        attempt.Considered = matches.Count == 1 ? matches[0] : matches.OrderBy(match => match.Checks.Count - match.Passed).ThenByDescending(match => match.Passed).First();
        return attempt.Considered.Matches ? attempt.Considered.Identity : throw Disclosure.NoMatch(attempt.Considered, token);
    }

    /// <summary>A scope can only take away: each word must be something that the account has.</summary>
    private async Task<string?> NarrowAsync(ServiceAccount account, string? asked, ExchangeAttempt attempt, CancellationToken cancel)
    {
        if (asked is null)
        {
            return null;
        }
        attempt.Step = ExchangeOutcome.Scope;
        if (TokenScope.TryParse(asked, out var scope) is { } fault)
        {
            throw OAuthException.InvalidScope($"{fault}.");
        }
        var grants = (await callers.FindByIdAsync(account.Id, cancel))?.ReadGrants() ?? [];
        var isAdministrator = grants.Any(grant => grant.Covers(Permission.AdministerSystem, AccessTarget.System));
        var missing = (scope!.Permissions ?? new HashSet<Permission>()).Where(permission => !isAdministrator && !grants.Any(grant => grant.Permissions.Contains(permission))).ToList();
        return missing is [] ? asked : throw OAuthException.InvalidScope($"scope asks for {missing[0]}, which the service account does not have.");
    }

    /// <summary>Null: the identity, its account or the key was changed since it was read.</summary>
    private async Task<TokenAnswer?> IssueAsync(
        TokenExchangeRequest request, ServiceAccount account, OidcIdentity identity, CompactJws token, string? scope, ExchangeAttempt attempt)
    {
        var now = clock.GetUtcNow();
        var seconds = Math.Min(request.ExpiresIn ?? identity.TokenLifetimeSeconds, identity.TokenLifetimeSeconds);
        var issued = new AccessToken
        {
            Id = Guid.NewGuid().ToString("N"),
            UserId = account.Id,
            ClientId = account.Audience,
            IssuedAt = now,
            ExpiresAt = now.AddSeconds(seconds),
            Scope = scope,
            IdentityId = identity.Id,
            IdentityVersion = identity.Version,
            SubjectIssuer = token.Claim("iss")!,
            Subject = token.Claim("sub") ?? "",
        };
        var key = keys.Current(SigningKeyUse.AccessTokens);
        var redemption = RedeemedToken.RedemptionOf(token, identity, key.Row.Kid);
        var jwt = key.Sign(AccessToken.Type, json => issued.Write(json, issuer.ServerUri));
        return await journal.WriteAsync(attempt.Issued(issued, redemption.Pin), redemption) switch
        {
            JournalOutcome.Recorded => new TokenAnswer(jwt, seconds, scope),
            JournalOutcome.UsedBefore => throw attempt.UsedBefore(),
            _ => null,
        };
    }
}
