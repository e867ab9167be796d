using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.ServiceAccounts;

/// <summary>How a condition looks at a claim. What is not of the kind's JSON type satisfies nothing: <c>"true"</c> is no boolean, and 1.9 no 1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConditionKind>))]
public enum ConditionKind
{
    /// <summary>Text that matches one of the values, which may hold <c>*</c> and <c>?</c>. First, as it is what a condition without a kind is.</summary>
    Pattern,

    /// <summary>Text that is the one value.</summary>
    Equals,

    /// <summary>Text that is one of the values.</summary>
    OneOf,

    /// <summary>There, with whatever value but null.</summary>
    Exists,

    /// <summary>Not there. What is there as null is neither absent nor does it exist.</summary>
    Absent,

    /// <summary>The JSON value true, or false.</summary>
    Boolean,

    /// <summary>A JSON number that is exactly one of the values.</summary>
    Number,
}

/// <summary>
/// What a claim of a token must be. Of a list, one item must be so (and of its kind); lists within lists are not looked into.
/// An absent claim satisfies <see cref="ConditionKind.Absent"/> and nothing else. Pure.
/// </summary>
public sealed record ClaimCondition
{
    /// <summary>A longer list satisfies nothing: whoever can have such tokens signed must not make us compare for long.</summary>
    public const int MostItems = 1000;

    private const int MostShown = 500;

    [Description("The claim's name; with a / first a JSON pointer (RFC 6901) to a nested claim, such as /kubernetes.io/namespace")]
    public required string Claim { get; init; }

    [Description("How the claim is compared; Pattern unless told. Equals, OneOf and Pattern compare text, Boolean and Number only those JSON types. Of a list, one item must fit")]
    public ConditionKind Kind { get; init; }

    [Description("What the claim may be: one value for Equals and Boolean (true or false), one or more for OneOf, Pattern (* and ?) and Number, none for Exists and Absent")]
    public string[] Values { get; init; } = [];

    public bool IsMetBy(JsonElement claims) => IsMetBy(ClaimPath.Find(claims, Claim, out var value), value);

    /// <summary>The condition is on what the claim of this name, a member of the token itself, says.</summary>
    public bool IsOnValueOf(string claim) =>
        Kind is ConditionKind.Pattern or ConditionKind.Equals or ConditionKind.OneOf && (Claim == claim || Claim == "/" + claim);

    /// <summary>This condition against these claims, with what is expected and what is there in words.</summary>
    public IdentityCheck Check(JsonElement claims)
    {
        var place = ClaimPath.Find(claims, Claim, out var value);
        var (met, there) = (IsMetBy(place, value), place == ClaimPlace.There);
        return new(Claim, met, Expected(), there ? Shown(value) : null, met || !there ? null : TypeHint(value));
    }

    private bool IsMetBy(ClaimPlace place, JsonElement value) => Kind switch
    {
        ConditionKind.Absent => place == ClaimPlace.Missing,
        ConditionKind.Exists => place == ClaimPlace.There && value.ValueKind != JsonValueKind.Null,
        _ when place != ClaimPlace.There => false,
        _ when value.ValueKind == JsonValueKind.Array => value.GetArrayLength() <= MostItems && value.EnumerateArray().Any(IsOneOfValues),
        _ => IsOneOfValues(value),
    };

    private bool IsOneOfValues(JsonElement value) => Kind switch
    {
        ConditionKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False && Values is [var only] && only == (value.ValueKind == JsonValueKind.True ? "true" : "false"),
        ConditionKind.Number => value.ValueKind == JsonValueKind.Number && Values.Any(text => ExactNumber.AreEqual(text, value)),
        ConditionKind.Pattern => value.ValueKind == JsonValueKind.String && value.GetString() is { } text && Values.Any(pattern => SubjectPattern.Matches(pattern, text)),
        ConditionKind.Equals or ConditionKind.OneOf => value.ValueKind == JsonValueKind.String && Values.Any(text => value.ValueEquals(text)),
        _ => false,
    };

    private string Expected() => Kind switch
    {
        ConditionKind.Exists => "there, with a value",
        ConditionKind.Absent => "absent",
        ConditionKind.Boolean => $"the boolean {string.Join(" or ", Values)}",
        ConditionKind.Number => $"the number {string.Join(" or ", Values)}",
        ConditionKind.Equals or ConditionKind.OneOf => $"exactly {string.Join(" or ", Values)}",
        _ => string.Join(" or ", Values),
    };

    private static string Shown(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length <= MostShown ? text : text[..MostShown] + "…";
    }

    /// <summary>Why what looks alike does not fit; for administrators.</summary>
    private string? TypeHint(JsonElement value) => (Kind, value.ValueKind) switch
    {
        (ConditionKind.Exists, _) => "It is there as null, which is no value.",
        (ConditionKind.Absent, _) => null,
        (_, JsonValueKind.Array) => value.GetArrayLength() > MostItems ? $"It is a list of more than {MostItems} items, which is not looked into." : "None of the list's items fits.",
        (ConditionKind.Boolean, not (JsonValueKind.True or JsonValueKind.False)) => $"It is {TypeOf(value)}; kind {Kind} compares JSON's true and false only.",
        (ConditionKind.Number, not JsonValueKind.Number) => $"It is {TypeOf(value)}; kind {Kind} compares JSON numbers only.",
        (ConditionKind.Pattern or ConditionKind.Equals or ConditionKind.OneOf, not JsonValueKind.String) => $"It is {TypeOf(value)}; kind {Kind} compares text only.",
        _ => null,
    };

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "text",
        JsonValueKind.Null => "null",
        _ => "an object",
    };
}
