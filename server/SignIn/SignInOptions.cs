namespace OctoLogin.SignIn;

/// <summary>The settings below <c>SignIn:</c>, beside those of sessions.</summary>
public sealed record SignInOptions
{
    /// <summary>Whether people may sign in with user name and password.</summary>
    public bool PasswordsEnabled { get; init; } = true;

    public static SignInOptions Read(IConfiguration configuration, List<string> faults)
    {
        var text = configuration["SignIn:PasswordsEnabled"];
        if (!bool.TryParse(string.IsNullOrEmpty(text) ? "true" : text, out var enabled))
        {
            faults.Add($"SignIn:PasswordsEnabled is '{text}'; it must be true or false.");
        }
        return new SignInOptions { PasswordsEnabled = enabled };
    }
}
