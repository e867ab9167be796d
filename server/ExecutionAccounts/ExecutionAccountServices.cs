namespace OctoLogin.ExecutionAccounts;

public static class ExecutionAccountServices
{
    public static IServiceCollection AddExecutionAccounts(this IServiceCollection services) => services.AddSingleton<StepAccounts>();
}
