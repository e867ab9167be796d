namespace OctoLogin.ServerTasks;

public static class ServerTaskEndpoints
{
    public static IServiceCollection AddServerTasks(this IServiceCollection services) => services
        .AddSingleton<ServerTaskStore>().AddSingleton<ServerTaskQueue>();
}
