using System.Text.RegularExpressions;

namespace OctoLogin.CloudLogins;

/// <summary>Which region a role's session is asked of: partitions of AWS know nothing of each other. Pure.</summary>
public static partial class AwsRegion
{
    /// <summary>The account's, else one of the role's partition.</summary>
    public static string Of(string roleArn, string? region) => !string.IsNullOrWhiteSpace(region) ? region.Trim() : roleArn.Split(':').ElementAtOrDefault(1) switch
    {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    };

    /// <summary>A sentence; null: nothing is wrong. A region becomes part of a host's name.</summary>
    public static string? Fault(string region) => Shape().IsMatch(region) ? null : $"Region is '{Http.Printable.Of(region, 60)}'; it must be a region's name, such as eu-west-1.";

    [GeneratedRegex(@"^[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}\z")]
    private static partial Regex Shape();
}
