using OctoLogin.Http;

namespace OctoLogin.Accounts;

/// <summary>What a list of accounts is asked for beside its page. Null: not asked for.</summary>
[QueryParameter("accountType", "Those of any of these types, repeated or joined by commas.", typeof(string[]))]
public sealed record AccountQuery
{
    public string[]? AccountTypes { get; init; }

    public static ValueTask<AccountQuery?> BindAsync(HttpContext context)
    {
        var types = QueryList.Of(context.Request.Query, "accountType");
        var validation = new Validation();
        var known = types?.Select(type => validation.OneOf<AccountType>("accountType", type)).OfType<AccountType>().Select(type => type.ToString()).ToArray();
        validation.ThrowIfAny();
        return ValueTask.FromResult<AccountQuery?>(new AccountQuery { AccountTypes = known });
    }
}
