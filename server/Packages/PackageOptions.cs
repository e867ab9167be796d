namespace OctoLogin.Packages;

/// <summary>The settings below <c>Packages:</c>.</summary>
public sealed record PackageOptions
{
    /// <summary>Of one package.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Null: packages are kept for ever.</summary>
    public int? RetentionDays { get; init; }

    public static PackageOptions Read(IConfiguration configuration, List<string> faults)
    {
        var options = new PackageOptions();
        if (configuration["Packages:MaxBytes"] is { Length: > 0 } most)
        {
            options = long.TryParse(most, out var bytes) && bytes > 0 ? options with { MaxBytes = bytes } : options;
            if (bytes <= 0)
            {
                faults.Add($"Packages:MaxBytes is '{most}'; it must be a whole number of bytes above 0, such as 1073741824 (1 GiB).");
            }
        }
        if (configuration["Packages:RetentionDays"] is { Length: > 0 } kept)
        {
            options = int.TryParse(kept, out var days) && days > 0 ? options with { RetentionDays = days } : options;
            if (days <= 0)
            {
                faults.Add($"Packages:RetentionDays is '{kept}'; it must be a whole number of days above 0. Leave it out to keep packages for ever.");
            }
        }
        return options;
    }
}
