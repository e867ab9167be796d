using OctoLogin.ServerTasks;

namespace OctoLogin.AccountTests;

public static class AccountTestServices
{
    public static IServiceCollection AddAccountTests(this IServiceCollection services) => services
        .AddSingleton<RequestAccountTest>()
        .AddSingleton(provider => new RequestedTask(AccountTestRunner.Name, provider.GetRequiredService<RequestAccountTest>().CheckAsync))
        .AddSingleton<IServerTaskRunner, AccountTestRunner>();
}
