namespace OctoLogin.CloudLogins;

public static class CloudLoginServices
{
    public static IServiceCollection AddCloudLogins(this IServiceCollection services, CloudOptions options) => services
        .AddSingleton(options)
        .AddSingleton<CloudNetwork>()
        .AddSingleton<CloudPatience>()
        .AddSingleton<AwsLogin>()
        .AddSingleton<AzureLogin>()
        .AddSingleton<GoogleLogin>();
}
