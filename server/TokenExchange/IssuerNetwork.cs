using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>How issuers are reached.</summary>
public sealed class IssuerNetwork(TokenExchangeOptions options)
    : OutgoingNetwork(new(TokenExchangeOptions.Section, options.AllowPrivateNetwork, options.Proxy, options.LoopbackHttpAllowed));

/// <summary>An issuer's documents could not be had; the message says why, for administrators.</summary>
public sealed class IssuerUnreachableException(string message) : Exception(message);
