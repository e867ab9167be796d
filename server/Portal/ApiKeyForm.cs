using System.Globalization;
using Microsoft.AspNetCore.Mvc.Rendering;
using OctoLogin.Http;
using OctoLogin.Users;

namespace OctoLogin.Portal;

/// <summary>What is asked before an API key is made.</summary>
/// <param name="Expires">One of <see cref="Lifetimes"/>.</param>
public sealed record ApiKeyForm(string? Purpose, string? Expires)
{
    private const string Never = "never";

    public static IReadOnlyList<SelectListItem> Lifetimes { get; } = [new("in 30 days", "30"), new("in 90 days", "90"), new("in a year", "365"), new("never", Never)];

    public static ApiKeyForm Empty { get; } = new(null, "90");

    public ApiKeyInput ToInput(DateTimeOffset now)
    {
        if (Lifetimes.All(one => one.Value != Expires))
        {
            throw ApiException.BadRequest("Expires must be one of the list.");
        }
        return new(Purpose, Expires == Never ? null : now.AddDays(int.Parse(Expires!, CultureInfo.InvariantCulture)));
    }
}

/// <summary>The form, and then the key that it made.</summary>
/// <param name="Made">Shown in the answer to the form itself and not on a page after it: the key must not wait in a cookie.</param>
/// <param name="About">What such a key can do.</param>
public sealed record ApiKeyMaking(ApiKeyForm Input, NewApiKey? Made, string About, string BackUrl);

/// <param name="Url">Of the keys, below which each has its page; null: the viewer may delete none.</param>
public sealed record ApiKeyTable(IReadOnlyList<ApiKey> Keys, DateTimeOffset Now, string? Url);
