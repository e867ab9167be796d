namespace OctoLogin.SignIn;

public static class SignInServices
{
    public static IServiceCollection AddSignIn(this IServiceCollection services, SignInOptions options) => services
        .AddSingleton(options).AddSingleton<Sessions>().AddSingleton<SignInFailures>().AddSingleton<PasswordSignIn>()
        .AddSingleton<SignInUpkeep>().AddHostedService(provider => provider.GetRequiredService<SignInUpkeep>());

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPasswordSignIn();
        routes.MapSessions();
    }
}
