namespace OctoLogin.Accounts;

/// <summary>An ID token that we signed. Its text is in <see cref="Jwt"/> alone: nothing that is printed shows it.</summary>
public sealed record IdToken(string Jwt, string Issuer, string Subject, string Audience, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"ID token of {Subject} for {Audience} until {ExpiresAt:u}";
}

/// <summary>No ID token can be made; the message is a sentence for who asked.</summary>
public sealed class IdTokenException(string message) : Exception(message);
