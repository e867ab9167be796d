namespace OctoLogin.CloudLogins;

/// <summary>An access token of Azure's or Google's. Its text is in <see cref="Value"/> alone: nothing that is printed shows it.</summary>
public sealed record CloudToken(string Value, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"access token until {ExpiresAt:u}";
}

/// <summary>A session of an AWS role. Nothing that is printed shows its keys.</summary>
/// <param name="RoleArn">Of the session: <c>arn:aws:sts::…:assumed-role/…</c>.</param>
public sealed record AwsSession(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset ExpiresAt, string Region, string RoleArn)
{
    public override string ToString() => $"session {RoleArn} until {ExpiresAt:u}";
}
