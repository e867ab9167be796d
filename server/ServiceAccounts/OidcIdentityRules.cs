using System.Globalization;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Turns what an administrator sent into an identity, or names every fault of it. Pure.</summary>
public static class OidcIdentityRules
{
    private const int MostSubjectCharacters = 1000;

    /// <param name="present">The identity to be changed; null for a new one.</param>
    public static OidcIdentity Apply(OidcIdentityInput input, OidcIdentity? present, string userId, DateTimeOffset now, TrustedIssuers trusted)
    {
        var validation = new Validation();
        // A client that sends the whole resource back sends the subject that was made from the repository too; that changes nothing.
        var isGitHub = input.GitHub is not null || (present?.IsGitHub == true && (input.Subject is null || input.Subject == present.Subject));
        var issuer = validation.Required("Issuer", input.Issuer ?? present?.Issuer ?? (isGitHub ? SharedIssuers.GitHub : null));
        validation.Fault(issuer.Length == 0 ? null : trusted.Fault(issuer));
        var identity = (present ?? New(userId, now)) with
        {
            Name = Clean(validation, "Name", validation.Required("Name", input.Name ?? present?.Name, 100)),
            Issuer = issuer,
            Audience = Clean(validation, "Audience", validation.Optional("Audience", input.Audience ?? present?.Audience)),
            ConditionsJson = input.Conditions is null ? present?.ConditionsJson ?? "[]" : JsonSerializer.Serialize(ConditionRules.Apply(validation, input.Conditions)),
            TokenLifetimeSeconds = input.TokenLifetime ?? present?.TokenLifetimeSeconds ?? 3600,
            AllowReuse = input.AllowReuse ?? present?.AllowReuse ?? MutableNames.ReusesTokens(issuer),
            UpdatedAt = now,
        };
        validation.Check(identity.TokenLifetimeSeconds is >= 60 and <= 43200,
            $"TokenLifetime is {identity.TokenLifetimeSeconds} seconds; it must be 60 (1 minute) to 43200 (12 hours).");
        identity = isGitHub ? GitHubIdentityRules.Apply(validation, input, identity, now) : WithSubject(validation, input, identity);
        validation.Fault(input.AllowMutableNames == true || WasAllowed(present, identity) ? null : MutableNames.Fault(identity));
        validation.ThrowIfAny();
        return identity;
    }

    /// <summary>Somebody has said so before, of this very subject: another change of the identity does not ask again.</summary>
    private static bool WasAllowed(OidcIdentity? present, OidcIdentity identity) =>
        present?.Issuer == identity.Issuer && present.Subject == identity.Subject && MutableNames.Fault(present) is not null;

    /// <summary>Trimmed; zero-width and other invisible characters, which a person pasting a value cannot see, are a fault.</summary>
    internal static string Clean(Validation validation, string property, string? text)
    {
        var invisible = text?.Where(c => char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse).ToList();
        validation.Check(invisible is null or [] || (property == "Name" && !invisible.Any(char.IsControl)),
            $"{property} holds an invisible character ({string.Join(", ", (invisible ?? []).Distinct().Take(3).Select(c => $"U+{(int)c:X4}"))}); type it instead of pasting it.");
        return text!;
    }

    private static OidcIdentity WithSubject(Validation validation, OidcIdentityInput input, OidcIdentity identity)
    {
        if (input.Subject is null && identity.IsGitHub)
        {
            return identity;
        }
        var subject = Clean(validation, "Subject", validation.Required("Subject", input.Subject ?? identity.Subject, MostSubjectCharacters));
        validation.Fault(SharedIssuers.Fault(identity.Issuer, subject));
        return identity with
        {
            Subject = subject,
            GithubOwner = null, GithubRepository = null, GithubFilterType = null, GithubFilterValue = null,
            GithubRepositoryId = null, GithubRepositoryOwnerId = null, GithubPinnedFrom = null, GithubUnpinnedSince = null,
        };
    }

    private static OidcIdentity New(string userId, DateTimeOffset now) => new()
    {
        Id = "", UserId = userId, Name = "", Issuer = "", Subject = "", ConditionsJson = "[]",
        TokenLifetimeSeconds = 3600, AllowReuse = false, Version = 1, CreatedAt = now, UpdatedAt = now,
    };
}
