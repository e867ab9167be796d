using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>How somebody whom the provider has proven becomes an account here.</summary>
public enum MatchKind
{
    /// <summary>The account has this external identity.</summary>
    Linked,

    /// <summary>The account has the e-mail address, and is given the external identity.</summary>
    ByEmail,
    Created,
    Refused,
}

/// <param name="User">Null: refused without one, or yet to be made.</param>
/// <param name="Message">Refused: what the person is told; else how it was decided.</param>
/// <param name="Advice">Refused: what an administrator can do.</param>
public sealed record AccountMatch(MatchKind Kind, User? User, string Message, string Advice = "")
{
    /// <summary>The contract's four rules, in their order ("Which account"). Pure.</summary>
    /// <param name="linked">Who has this issuer's <c>sub</c>; null: nobody.</param>
    /// <param name="holders">The people with that e-mail address, disabled ones too; no service accounts.</param>
    public static AccountMatch Decide(ReceivedClaims claims, ProviderSettings settings, User? linked, IReadOnlyList<EmailHolder> holders)
    {
        if (linked is not null)
        {
            return linked.IsActive && !linked.IsService
                ? new(MatchKind.Linked, linked, $"'{Printable.Of(linked.Username)}' is linked to this person of the provider.")
                : Disabled(linked, "it is linked to this person of the provider");
        }
        var free = holders.Where(holder => holder.User.IsActive && !holder.HasIdentity).ToList();
        if (free.Count > 1)
        {
            return new(MatchKind.Refused, null, $"Several accounts have the e-mail address {Printable.Of(claims.Email)}, so none was chosen.",
                $"These active accounts share it: {Names.List(free.Select(holder => holder.User.Username))}. Change the address of all but one.");
        }
        if (free is [var only])
        {
            return claims.IsEmailUnverified && !settings.TrustUnverifiedEmail ? Unverified(claims, settings, only.User)
                : new(MatchKind.ByEmail, only.User, $"'{Printable.Of(only.User.Username)}' has the e-mail address {Printable.Of(claims.Email)} and no identity of this provider yet.");
        }
        // Otherwise who was disabled before they ever signed in this way would be given another account.
        if (holders.FirstOrDefault(holder => !holder.User.IsActive) is { } disabled)
        {
            return Disabled(disabled.User, $"it has the e-mail address {Printable.Of(claims.Email)}");
        }
        if (settings.AllowAutoUserCreation)
        {
            return new(MatchKind.Created, null, "No account has this identity or e-mail address; one is made.");
        }
        var taken = holders.FirstOrDefault()?.User;
        return new(MatchKind.Refused, null, $"There is no account for {Who(claims)}; ask an administrator, or turn on Allow Auto User Creation.",
            taken is not null
                ? $"'{Printable.Of(taken.Username)}' has the e-mail address {Printable.Of(claims.Email)}, and is linked to another person of this provider already."
                : $"No account has the external identity '{Printable.Of(claims.Subject)}'{(claims.Email is null ? ", and the provider sent no e-mail address: it must be in the ID token or at the userinfo endpoint" : $" or the e-mail address {Printable.Of(claims.Email)}")}. Make an account with that address, or turn on 'Allow auto user creation' in Settings, OpenID Connect.");
    }

    /// <summary>Names for a new account, best first: the user name that the provider sends, else what comes nearest.</summary>
    public static string UsernameFor(ReceivedClaims claims) => claims.Username ?? claims.Email ?? claims.Subject;

    private static AccountMatch Disabled(User user, string why) => new(MatchKind.Refused, user, "Your account is disabled; ask an administrator.",
        $"The account '{Printable.Of(user.Username)}' is disabled ({why}). Enable it to let this person in.");

    private static AccountMatch Unverified(ReceivedClaims claims, ProviderSettings settings, User user) => new(MatchKind.Refused, user,
        $"{settings.DisplayName} says that your e-mail address {Printable.Of(claims.Email)} is not verified, so it cannot be used to find your account.",
        $"The provider sent email_verified: false (Authentik does so by default since 2025.10), and the account '{Printable.Of(user.Username)}' would be matched by that address. " +
        "Have the provider send true for addresses that it has checked, or turn on 'Trust unverified e-mail addresses' in Settings, OpenID Connect (TrustUnverifiedEmail).");

    private static string Who(ReceivedClaims claims) => Printable.Of(claims.Email ?? claims.Username ?? claims.Subject);
}

/// <summary>Somebody with an e-mail address.</summary>
/// <param name="HasIdentity">Is linked to a person of this issuer.</param>
public sealed record EmailHolder(User User, bool HasIdentity);
