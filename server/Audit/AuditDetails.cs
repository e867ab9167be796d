using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Audit;

/// <summary>What an event says beyond its message, as JSON: names and ids, never a secret.</summary>
public static class AuditDetails
{
    public static string Of<T>(T details) => JsonSerializer.Serialize(details, Json.Options);
}
