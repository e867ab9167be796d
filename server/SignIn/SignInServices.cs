using OctoLogin.SignIn.OpenIdConnect;

namespace OctoLogin.SignIn;

public static class SignInServices
{
    public static IServiceCollection AddSignIn(this IServiceCollection services, SignInOptions options, ProviderOptions provider) => services
        .AddSingleton(options).AddSingleton<Sessions>().AddSingleton<SignInFailures>().AddSingleton<PasswordSignIn>()
        .AddSingleton<SetUp>().AddSingleton(new StandardOutput(Console.Out))
        .AddSingleton<SignInUpkeep>().AddHostedService(services => services.GetRequiredService<SignInUpkeep>())
        .AddOpenIdConnect(provider);

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPasswordSignIn();
        routes.MapSessions();
        routes.MapOpenIdConnect();
    }
}
