using System.Text.Json;
using Npgsql;
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
    NpgsqlDataSource database, ServiceAccountStore accounts, OidcIdentityStore identities, SubjectTokenValidator validator,
    RedeemedTokenStore redeemed, CallerStore callers, TokenSigner signer, IssuerOptions issuer, AuditLog audit, TimeProvider clock)
{
    /// <summary>Every attempt, whatever becomes of it, is one audit event: written here, where no way out can pass it by.</summary>
    public async Task<TokenAnswer> ExchangeAsync(Func<Task<TokenExchangeRequest>> read, AuditActor origin, CancellationToken cancel)
    {
        var attempt = new ExchangeAttempt(origin);
        try
        {
            // 1. Shape, sizes and values of the request.
            return await ExchangeAsync(await read(), attempt, cancel);
        }
        catch (OAuthException refusal)
        {
            await audit.AppendAsync(attempt.Refused(refusal), CancellationToken.None);
            throw;
        }
        catch (Exception fault) when (!Outage.Is(fault) && !cancel.IsCancellationRequested)
        {
            // A body that broke off, or a bug of ours: neither is a decision, both are attempts.
            await audit.AppendAsync(attempt.Refused(new OAuthException("server_error", "The request could not be answered.", fault.Message)), CancellationToken.None);
            throw;
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

        // 3. Its issuer is one that the named account trusts. Nothing has been fetched from anywhere so far.
        var (account, trusting) = await FindTrustAsync(request.Audience, token, attempt, cancel);

        // 4, 5, 6. The issuer's key, the signature, the times.
        var subjectIssuer = token.Claim("iss")!;
        await validator.ValidateAsync(token, subjectIssuer, cancel);
        RequireBoundedTokenId(token);

        // 7, 8, 9. Audience, subject and conditions of one identity.
        var matched = Match(account, trusting, token, attempt);

        // 10. The account may be used.
        if (!account.IsActive)
        {
            throw Disclosure.Disabled(account);
        }
        var scope = await NarrowAsync(account, request.Scope, cancel);

        // 11. Used for the first time: decided, and recorded with the audit event, in one commit.
        return await IssueAsync(request, account, matched, token, scope, attempt, cancel);
    }

    private async Task<(ServiceAccount Account, IReadOnlyList<OidcIdentity> Trusting)> FindTrustAsync(
        string audience, CompactJws token, ExchangeAttempt attempt, CancellationToken cancel)
    {
        var presented = token.Claim("iss");
        attempt.Account = Guid.TryParseExact(audience, "D", out var externalId) ? await accounts.FindByExternalIdAsync(externalId, cancel) : null;
        // The same questions to the database whether or not there is such an account.
        var registered = await identities.ListAsync(attempt.Account?.Id ?? "", cancel);
        var trusting = registered.Where(identity => identity.Issuer == presented).ToList();
        if (attempt.Account is { } account && trusting.Count > 0 && presented != issuer.ServerUri)
        {
            return (account, trusting);
        }
        throw Disclosure.Untrusted(audience, token, attempt.Account is null
            ? $"There is no service account with the GUID '{Printable.Of(audience, 100)}'."
            : presented == issuer.ServerUri ? "The token is one of this server's own, which is never accepted as a subject token."
            : $"None of the {registered.Count} OIDC identities of {attempt.Account.Username} has the issuer '{Printable.Of(presented)}'.");
    }

    private OidcIdentity Match(ServiceAccount account, IReadOnlyList<OidcIdentity> trusting, CompactJws token, ExchangeAttempt attempt)
    {
        var now = clock.GetUtcNow();
        var matches = trusting.Select(identity => identity.Match(token.Payload, account.Audience, now)).ToList();
        // The closest one is what the refusal speaks of: fewest checks failed, then most passed.
        attempt.Considered = matches.OrderBy(match => match.Checks.Count - match.Passed).ThenByDescending(match => match.Passed).First();
        return attempt.Considered.Matches ? attempt.Considered.Identity : throw Disclosure.NoMatch(attempt.Considered, token);
    }

    /// <summary>A scope can only take away: each word must be something that the account has.</summary>
    private async Task<string?> NarrowAsync(ServiceAccount account, string? asked, CancellationToken cancel)
    {
        if (asked is null)
        {
            return null;
        }
        if (TokenScope.TryParse(asked, out var scope) is { } fault)
        {
            throw OAuthException.InvalidScope($"{fault}.");
        }
        var user = await callers.FindByIdAsync(account.Id, cancel);
        var grants = user?.ReadGrants() ?? [];
        var isAdministrator = grants.Any(grant => grant.Covers(Permission.AdministerSystem, AccessTarget.System));
        foreach (var permission in scope!.Permissions ?? new HashSet<Permission>())
        {
            if (!isAdministrator && !grants.Any(grant => grant.Permissions.Contains(permission)))
            {
                throw OAuthException.InvalidScope($"scope asks for {permission}, which the service account does not have.");
            }
        }
        return asked;
    }

    private Task<TokenAnswer> IssueAsync(
        TokenExchangeRequest request, ServiceAccount account, OidcIdentity identity, CompactJws token, string? scope, ExchangeAttempt attempt, CancellationToken cancel)
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
        var jwt = signer.Sign(AccessToken.Type, json => issued.Write(json, issuer.ServerUri));
        return database.InTransactionAsync(async connection =>
        {
            var until = DateTimeOffset.FromUnixTimeSeconds(SubjectTokenValidator.Time(token, "exp")!.Value) + TokenExchangeOptions.Leeway;
            if (!await redeemed.RedeemAsync(connection, RedeemedTokenStore.KeyOf(issued.SubjectIssuer, token), identity.Id, identity.AllowReuse, until, cancel))
            {
                throw OAuthException.InvalidRequest("The token was used before; each token is accepted once. Request a new one right before the exchange.");
            }
            await PinAsync(connection, identity, token, attempt, cancel);
            await audit.AppendAsync(connection, attempt.Issued(issued.Id, issued.ExpiresAt, scope), cancel);
            return new TokenAnswer(jwt, seconds, scope);
        }, cancel);
    }

    private async Task PinAsync(NpgsqlConnection connection, OidcIdentity identity, CompactJws token, ExchangeAttempt attempt, CancellationToken cancel)
    {
        if (!identity.IsUnpinned)
        {
            return;
        }
        var (repositoryId, ownerId) = (OidcIdentity.Text(token.Payload, "repository_id")!, OidcIdentity.Text(token.Payload, "repository_owner_id")!);
        if (!await identities.PinAsync(connection, identity.Id, repositoryId, ownerId, cancel))
        {
            throw OAuthException.InvalidRequest("The token is genuine, but another repository's ids were pinned to the identity a moment ago.");
        }
        await audit.AppendAsync(connection, attempt.Pinned(repositoryId, ownerId), cancel);
    }

    private static void RequireBoundedTokenId(CompactJws token)
    {
        if (!token.Payload.TryGetProperty("jti", out var jti))
        {
            return;
        }
        if (jti.ValueKind != JsonValueKind.String || jti.GetString() is not { Length: > 0 and <= 1000 })
        {
            throw OAuthException.InvalidRequest("The token's 'jti' is not a string of 1 to 1000 characters.");
        }
    }
}

/// <summary>RFC 8693 section 2.2.1. <paramref name="ExpiresIn"/> in seconds.</summary>
public sealed record TokenAnswer(string AccessToken, int ExpiresIn, string? Scope);
