namespace OctoLogin.Jose;

/// <summary>An issuer's documents could not be had; the message says why, for administrators.</summary>
public sealed class IssuerUnreachableException(string message) : Exception(message);
