using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>What to change when AWS refuses. Pure.</summary>
public static class AwsAdvice
{
    public static string For(string code, string text, IdToken token)
    {
        var provider = token.Issuer.Replace("https://", "", StringComparison.Ordinal);
        return code switch
        {
            "AccessDenied" => $"The role's trust policy must allow sts:AssumeRoleWithWebIdentity to the provider {provider} with \"{provider}:aud\": \"{token.Audience}\" and \"{provider}:sub\": \"{token.Subject}\" "
                + "(and sts:TagSession when the account has session tags); AWS says the same when the role does not exist.",
            "InvalidIdentityToken" when text.Contains("provider", StringComparison.OrdinalIgnoreCase) && text.Contains("No OpenID", StringComparison.OrdinalIgnoreCase) =>
                $"Make the IAM OIDC provider for {token.Issuer} in the role's AWS account: aws iam create-open-id-connect-provider --url {token.Issuer} --client-id-list {token.Audience}.",
            "InvalidIdentityToken" when text.Contains("audience", StringComparison.OrdinalIgnoreCase) =>
                $"Add '{token.Audience}' to the client IDs of the IAM OIDC provider {provider}, or set the account's audience to one that it has.",
            "InvalidIdentityToken" => $"AWS must be able to read {token.Issuer}/.well-known/openid-configuration and the keys it names: `octologin issuer check --self` tells what it would find.",
            "IDPCommunicationError" => $"AWS could not reach {token.Issuer}: it must answer from the public internet, over https, without a redirect.",
            "IDPRejectedClaim" => "A claim is not as AWS takes it: look at the custom claims of the account (session tags have a fixed shape) and at this server's clock.",
            "ExpiredTokenException" => "The token was too old when AWS saw it: set this server's clock.",
            "ValidationError" => "RoleArn or SessionDuration is not one that AWS takes: the duration may not be longer than the role's maximum session duration.",
            "RegionDisabledException" => "STS is not active in that region for the AWS account: activate it, or set another region for the account.",
            "PackedPolicyTooLarge" => "The session tags of the account's custom claims are too large.",
            _ => "See docs/clouds.md.",
        };
    }
}
