namespace OctoLogin.OpenIdProvider;

/// <summary>What a cloud would find at <see cref="Issuer"/>.</summary>
/// <param name="Usable">Nothing failed.</param>
public sealed record OwnIssuerReport(string Issuer, bool Usable, IReadOnlyList<CheckRow> Rows)
{
    public static OwnIssuerReport Of(string issuer, IReadOnlyList<CheckRow> rows) => new(issuer, rows.All(row => row.State != CheckRow.Failed), rows);
}

/// <param name="Seen">What was found there.</param>
/// <param name="Advice">What to do; null when nothing is.</param>
public sealed record CheckRow(string Check, string State, string Seen, string? Advice)
{
    public const string Passed = "ok";
    public const string Warned = "warn";
    public const string Failed = "fail";

    public static CheckRow Ok(string check, string seen) => new(check, Passed, seen, null);
    public static CheckRow Warn(string check, string seen, string advice) => new(check, Warned, seen, advice);
    public static CheckRow Fail(string check, string seen, string advice) => new(check, Failed, seen, advice);
}
