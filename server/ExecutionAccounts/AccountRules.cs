using OctoLogin.Accounts;
using OctoLogin.Http;
using OctoLogin.Variables;

namespace OctoLogin.ExecutionAccounts;

/// <summary>Whether an account may be used where it is wanted. Pure.</summary>
public static class AccountRules
{
    /// <param name="account">Null: there is none.</param>
    /// <returns>Why not, with what to change; null: it may.</returns>
    public static string? Fault(WantedAccount wanted, Account? account, AccountPlace place)
    {
        var named = Capital(wanted.NamedBy);
        if (account is null)
        {
            return wanted.IdOrSlug.Length == 0 ? $"{named} names an account variable that has no value here."
                : $"{named} names the account '{Printable.Of(wanted.IdOrSlug)}', which there is not in this space: it was deleted, or is an account of another space.";
        }
        var name = $"account '{Printable.Of(account.Name)}' ({account.Id})";
        return TypeFault(wanted, account, named, name)
            ?? (account.IsAllowedIn(place.EnvironmentId, place.TenantId, place.TenantTags) ? null : $"{named} uses {name}, which is not allowed in {Where(account, place)}")
            ?? SubjectFault(account, place, name);
    }

    private static string? TypeFault(WantedAccount wanted, Account account, string named, string name)
    {
        if (wanted.VariableType is { } type && !AccountVariables.Fits(type, account.AccountType))
        {
            return $"{named} is of the type {type}, but {name} is of the type {account.AccountType}: choose another account, or change the variable's type.";
        }
        return wanted.Property is { } cloud && CloudAction.Of(account.AccountType) != cloud
            ? $"{named} names {name}, which is of the type {account.AccountType}, no account of {CloudAction.Of(cloud).Name}."
            : null;
    }

    private static string Where(Account account, AccountPlace place)
    {
        var inEnvironment = account.EnvironmentIds.Length == 0 || account.EnvironmentIds.Contains(place.EnvironmentId);
        var tenant = place.TenantName is null ? "a deployment for no tenant" : $"tenant '{Printable.Of(place.TenantName)}'";
        var why = inEnvironment
            ? $"{tenant} (environment '{Printable.Of(place.EnvironmentName)}')"
            : $"environment '{Printable.Of(place.EnvironmentName)}'{(place.TenantName is null ? "" : $" ({tenant})")}";
        return $"{why}. Allow it there in the account's {(inEnvironment ? "TenantedDeploymentParticipation, TenantIds or TenantTags" : "EnvironmentIds")}, or scope the variable that names it to where the account is allowed.";
    }

    private static string? SubjectFault(Account account, AccountPlace place, string name) =>
        account.Details is OidcDetails && IdTokenIssuer.SubjectOf(account, place.Use, place.Subject).Fault is { } fault
            ? $"No ID token can be made for {name}: {fault}"
            : null;

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
