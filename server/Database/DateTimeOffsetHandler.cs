using System.Data;
using Dapper;

namespace OctoLogin.Database;

/// <summary>timestamptz as <see cref="DateTimeOffset"/>, always in UTC: Npgsql refuses to write any other offset and reads back a <see cref="DateTime"/>.</summary>
internal sealed class DateTimeOffsetHandler : SqlMapper.TypeHandler<DateTimeOffset>
{
    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();

    public override DateTimeOffset Parse(object value) => value switch
    {
        DateTimeOffset instant => instant.ToUniversalTime(),
        DateTime { Kind: DateTimeKind.Utc } instant => new DateTimeOffset(instant),
        _ => throw new DataException($"A {value.GetType()} is not an instant; the column must be timestamptz."),
    };
}
