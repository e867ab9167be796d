namespace OctoLogin.TokenExchange;

/// <summary>RFC 8693 section 2.2.1. <paramref name="ExpiresIn"/> in seconds.</summary>
public sealed record TokenAnswer(string AccessToken, int ExpiresIn, string? Scope);
