using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>The settings <c>SignIn:AllowPrivateNetwork</c> and <c>SignIn:Proxy</c>: how the identity provider is reached. What it is, is set in the portal.</summary>
public sealed record ProviderOptions(OutgoingRules Network, bool LoopbackHttpAllowed)
{
    public const string Section = "SignIn";

    public static ProviderOptions Read(IConfiguration configuration, bool isDevelopment, List<string> faults) =>
        new(OutgoingRules.Read(configuration, Section, isDevelopment, faults), isDevelopment);
}

/// <summary>How the identity provider is reached.</summary>
public sealed class ProviderNetwork(ProviderOptions options) : OutgoingNetwork(options.Network);
