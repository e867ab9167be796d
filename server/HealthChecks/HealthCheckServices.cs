using OctoLogin.ServerTasks;

namespace OctoLogin.HealthChecks;

public static class HealthCheckServices
{
    public static IServiceCollection AddHealthChecks(this IServiceCollection services, HealthCheckOptions options)
    {
        services.AddSingleton(options).AddSingleton<AksCluster>().AddSingleton<KubernetesCheck>().AddSingleton<AzureWebAppCheck>().AddSingleton<TargetCheck>()
            .AddSingleton<IServerTaskRunner, HealthCheckRunner>()
            .AddSingleton<RequestHealthCheck>()
            .AddSingleton(provider => new RequestedTask(HealthCheckRunner.Name, provider.GetRequiredService<RequestHealthCheck>().CheckAsync))
            .AddSingleton<HealthSchedule>();
        return options.Interval is null ? services : services.AddHostedService<HealthScheduler>();
    }
}
