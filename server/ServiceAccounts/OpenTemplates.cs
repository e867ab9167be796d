namespace OctoLogin.ServiceAccounts;

/// <summary>Clusters, and every issuer that has no form of its own.</summary>
public static class OpenTemplates
{
    public const string Issuer = "Issuer";
    public const string Subject = "Subject";
    public const string Audience = "Audience";

    private static readonly TemplateField AudienceField = new(Audience, "Audience", "The token's 'aud'. Empty: the service account's GUID, which is best where the token can be asked for by audience.");

    public static IdentityTemplate Kubernetes { get; } = new()
    {
        Key = "kubernetes",
        Name = "Kubernetes",
        About = "Pods of one service account of a cluster",
        Fields =
        [
            new(Issuer, "Cluster's issuer", "What kubectl get --raw /.well-known/openid-configuration says. If it cannot be reached from here, upload its keys at Issuers.", "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE", Required: true),
            new("Namespace", "Namespace", Placeholder: "ci", Required: true),
            new("ServiceAccount", "Service account", Placeholder: "deploy", Required: true),
            new("Uid", "Service account's uid", "kubectl get serviceaccount deploy -o jsonpath={.metadata.uid}, so that one that is made anew under the name is not let in.", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            AudienceField,
        ],
        Build = values => new()
        {
            Name = $"{values.Text("Namespace")}/{values.Text("ServiceAccount")}",
            Issuer = values.Required(Issuer, "The cluster's issuer"),
            Subject = $"system:serviceaccount:{values.Required("Namespace", "The namespace")}:{values.Required("ServiceAccount", "The service account")}",
            Audience = values.Text(Audience),
            Conditions = TemplateValues.Equal(("/kubernetes.io/serviceaccount/uid", values.Text("Uid"))),
            // A pod reads the same file until the kubelet writes a new one.
            AllowReuse = true,
        },
        WorkflowFile = "pod.yaml",
        Workflow = login => $$"""
            spec:
              serviceAccountName: {{GitHubTemplate.Yaml(login.Identity.Subject?.Split(':')[^1] ?? "")}}
              containers:
                - name: release
                  command: [sh, -c, 'octopus login --server {{login.Server}} --service-account-id {{login.Account}} --id-token "$(cat /var/run/secrets/octologin/token)"']
                  volumeMounts:
                    - { name: octologin, mountPath: /var/run/secrets/octologin, readOnly: true }
              volumes:
                - name: octologin
                  projected:
                    sources:
                      - serviceAccountToken: { audience: {{GitHubTemplate.Yaml(login.Audience)}}, expirationSeconds: 600, path: token }
            """,
    };

    public static IdentityTemplate Other { get; } = new()
    {
        Key = "other",
        Name = "Other issuer",
        About = "Jenkins, Terraform Cloud, Google, Azure, another OctoLogin: anything that signs ID tokens with OpenID Connect discovery",
        HasMutableNames = true,
        Fields =
        [
            new(Issuer, "Issuer", "The token's 'iss', exactly as it is there.", "https://issuer.example.com", Required: true),
            new(Subject, "Subject", "The token's 'sub'. * stands for any run of characters, ? for one.", Required: true),
            AudienceField,
            new("Reuse", "One token may be exchanged", Choices: [("once", "Once"), ("again", "Again while it is valid, for issuers that give a job only one")]),
        ],
        Build = values => new()
        {
            Name = values.Text(Subject),
            Issuer = values.Required(Issuer, "The issuer"),
            Subject = values.Required(Subject, "The subject"),
            Audience = values.Text(Audience),
            AllowReuse = values.Text("Reuse") == "again" ? true : null,
        },
        WorkflowFile = "a shell in the job, with the ID token in $ID_TOKEN",
        Workflow = login => $$"""
            curl --fail-with-body -sS {{login.Server}}/token/v1 \
              -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
              -d audience={{login.Account}} \
              -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \
              --data-urlencode subject_token="$ID_TOKEN"
            """,
    };
}
