using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>How issuers are reached.</summary>
public sealed class IssuerNetwork(TokenExchangeOptions options)
    : OutgoingNetwork(new(TokenExchangeOptions.Section, options.AllowPrivateNetwork, options.Proxy, options.LoopbackHttpAllowed));
