namespace OctoLogin.Database;

/// <summary>A fault that the operator must mend before the server can start. Its message is printed alone, without a stack trace.</summary>
public sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>For faults in the settings themselves, told apart from faults in what they point at.</summary>
    public const int ConfigurationFault = 2;

    public int ExitCode { get; init; } = 1;
}
