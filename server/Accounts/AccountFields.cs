using System.Globalization;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Accounts;

/// <summary>The fields of a request beside those of the account as it is: what was left out stays, or is empty where the request is the whole account.</summary>
/// <param name="present">The account as a client would send it; null: it is new.</param>
public sealed class AccountFields(AccountInput sent, AccountInput? present, Validation validation)
{
    public Validation Validation => validation;

    private AccountInput? Before => sent.IsWhole ? null : present;

    public string? Text(string property, Func<AccountInput, string?> of, int most = 2000) =>
        validation.Optional(property, of(sent) ?? (Before is null ? null : of(Before)), most);

    public string Required(string property, Func<AccountInput, string?> of, int most = 2000) =>
        validation.Required(property, of(sent) ?? (Before is null ? null : of(Before)), most);

    public T? Of<T>(Func<AccountInput, T?> of) where T : class => of(sent) ?? (Before is null ? null : of(Before));

    public int Seconds(string property, Func<AccountInput, JsonElement?> of, int least, int most, int otherwise)
    {
        var value = Given(of(sent)) ?? (Before is null ? null : Given(of(Before)));
        if (value is null)
        {
            return otherwise;
        }
        var known = int.TryParse(value.Value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most
            && value.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String;
        validation.Check(known, $"{property} must be a whole number of seconds from {least} to {most}, not '{Printable.Of(value.Value.ToString(), 60)}'.");
        return known ? seconds : otherwise;
    }

    /// <summary>A new secret, or null: what is there stays. Cleared: it is taken away.</summary>
    public (string? NewValue, bool IsCleared) Secret(string property, Func<AccountInput, JsonElement?> of) => SensitiveProperties.Sensitive.Take(property, of(sent), validation);

    private static JsonElement? Given(JsonElement? value) =>
        value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given && !(given.ValueKind == JsonValueKind.String && given.GetString()!.Length == 0) ? given : null;
}
