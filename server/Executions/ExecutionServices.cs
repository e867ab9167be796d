namespace OctoLogin.Executions;

public static class ExecutionServices
{
    public static IServiceCollection AddExecutions(this IServiceCollection services) => services
        .AddSingleton<ExecutionPlaces>().AddSingleton<PromptedSecrets>().AddSingleton<ProcessRunReader>().AddSingleton<PackageFiles>().AddSingleton<ActionImages>().AddSingleton<ScriptAction>().AddSingleton<ActionExecution>()
        .AddSingleton<StepExecution>().AddSingleton<ProcessExecution>();
}
