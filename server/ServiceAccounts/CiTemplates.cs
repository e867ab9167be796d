namespace OctoLogin.ServiceAccounts;

/// <summary>CI systems in the cloud, besides GitHub. What their tokens hold: the contract's table of issuers.</summary>
public static class CiTemplates
{
    public static IdentityTemplate GitLab { get; } = new()
    {
        Key = "gitlab",
        Name = "GitLab",
        About = "Pipelines of one project, of gitlab.com or of an instance of your own",
        HasMutableNames = true,
        Fields =
        [
            new("Instance", "Instance", "Its address, which is the issuer.", "https://gitlab.com", Required: true),
            new("Project", "Project's path", "With its groups.", "acme/web", Required: true),
            new("RefType", "Which pipelines", Choices: [("branch", "On a branch"), ("tag", "For a tag"), ("any", "Any pipeline")]),
            new("Ref", "Name of the branch or tag", "* stands for any run of characters, ? for one.", "main"),
            new("Environment", "Environment", "Only jobs with this environment.", "production"),
            new("ProjectId", "Project's id", "The number on the project's page, so that a project that takes over the path is not let in.", "4211"),
        ],
        Build = values =>
        {
            var (instance, project, type) = (values.Text("Instance") ?? "https://gitlab.com", values.Required("Project", "The project's path"), values.Text("RefType") ?? "branch");
            var reference = type == "any" ? "*" : $"ref_type:{type}:ref:{values.Text("Ref") ?? values.Required("Ref", $"The {type}'s name")}";
            return new()
            {
                Name = $"{project} {(type == "any" ? "any pipeline" : $"{type} {values.Text("Ref")}")}",
                Issuer = instance.TrimEnd('/'),
                Subject = $"project_path:{project}:{reference}",
                Conditions = TemplateValues.Equal(("project_id", values.Text("ProjectId")), ("environment", values.Text("Environment"))),
                // A job has one token, as a variable.
                AllowReuse = true,
            };
        },
        WorkflowFile = ".gitlab-ci.yml",
        Workflow = login => $"""
            release:
              id_tokens:
                OCTOPUS_ID_TOKEN:
                  aud: {login.Audience}
              script:
                - octopus login --server {login.Server} --service-account-id {login.Account} --id-token "$OCTOPUS_ID_TOKEN"
            """,
    };

    public static IdentityTemplate AzureDevOps { get; } = new()
    {
        Key = "azure-devops",
        Name = "Azure DevOps",
        About = "Pipelines that use one service connection",
        HasMutableNames = true,
        Fields =
        [
            new("OrganizationId", "Organization's id", "The GUID in the issuer of its tokens.", "11111111-2222-3333-4444-555555555555", Required: true),
            new("Organization", "Organization", Placeholder: "acme", Required: true),
            new("Project", "Project", Placeholder: "web", Required: true),
            new("Connection", "Service connection", "A workload identity federation connection of the project.", "octologin", Required: true),
            new("ProjectId", "Project's id", "The claim prj_id, so that a project that takes over the name is not let in.", "66666666-7777-8888-9999-000000000000"),
        ],
        Build = values => new()
        {
            Name = $"{values.Text("Organization")}/{values.Text("Project")} {values.Text("Connection")}",
            Issuer = $"https://vstoken.dev.azure.com/{values.Required("OrganizationId", "The organization's id")}",
            Subject = $"sc://{values.Required("Organization", "The organization")}/{values.Required("Project", "The project")}/{values.Required("Connection", "The service connection")}",
            Audience = "api://AzureADTokenExchange",
            Conditions = TemplateValues.Equal(("prj_id", values.Text("ProjectId"))),
        },
        WorkflowFile = "azure-pipelines.yml",
        Workflow = login => $$"""
            steps:
              - bash: |
                  token=$(curl --fail-with-body -sS -X POST -H "Authorization: Bearer $(System.AccessToken)" -H 'Content-Length: 0' \
                    "$(System.OidcRequestUri)?api-version=7.1&serviceConnectionId=SERVICE-CONNECTION-ID" | jq -r .oidcToken)
                  octopus login --server {{login.Server}} --service-account-id {{login.Account}} --id-token "$token"
            """,
    };

    public static IdentityTemplate Buildkite { get; } = new()
    {
        Key = "buildkite",
        Name = "Buildkite",
        About = "Builds of one pipeline",
        HasMutableNames = true,
        Fields =
        [
            new("Organization", "Organization's slug", Placeholder: "acme", Required: true),
            new("Pipeline", "Pipeline's slug", Placeholder: "web", Required: true),
            new("Branch", "Branch", "Empty: every build of the pipeline.", "main"),
            new("PipelineId", "Pipeline's id", "The claim pipeline_id, so that a pipeline that takes over the slug is not let in; the agent adds it when asked, as below.", "01890b22-43a6-4c3c-b9c5-0a5e6d2c0d11"),
        ],
        Build = values => new()
        {
            Name = $"{values.Text("Organization")}/{values.Text("Pipeline")} {(values.Text("Branch") is { } branch ? $"branch {branch}" : "any build")}",
            Issuer = "https://agent.buildkite.com",
            // The commit and the step come after it, and are others in each build.
            Subject = $"organization:{values.Required("Organization", "The organization")}:pipeline:{values.Required("Pipeline", "The pipeline")}:{(values.Text("Branch") is { } name ? $"ref:refs/heads/{name}:*" : "*")}",
            Conditions = TemplateValues.Equal(("pipeline_id", values.Text("PipelineId"))),
        },
        WorkflowFile = ".buildkite/pipeline.yml",
        Workflow = login => $$"""
            steps:
              - command: |
                  token=$$(buildkite-agent oidc request-token --audience {{login.Audience}} --claim organization_id,pipeline_id)
                  octopus login --server {{login.Server}} --service-account-id {{login.Account}} --id-token "$$token"
            """,
    };

    public static IdentityTemplate CircleCi { get; } = new()
    {
        Key = "circleci",
        Name = "CircleCI",
        About = "Jobs of one project",
        Fields =
        [
            new("Organization", "Organization's id", "From the organization's settings.", "11111111-2222-3333-4444-555555555555", Required: true),
            new("Project", "Project's id", "From the project's settings.", "66666666-7777-8888-9999-000000000000", Required: true),
            new("Origin", "Repository", "The claim oidc.circleci.com/vcs-origin: keeps out forks, whose pipelines have the same project.", "github.com/acme/web"),
            new("Reference", "Branch or tag", "The claim oidc.circleci.com/vcs-ref.", "refs/heads/main"),
        ],
        Build = values =>
        {
            var (organization, project) = (values.Required("Organization", "The organization's id"), values.Required("Project", "The project's id"));
            return new()
            {
                Name = $"{values.Text("Origin") ?? $"project {project}"} {values.Text("Reference")}".Trim(),
                Issuer = $"https://oidc.circleci.com/org/{organization}",
                Subject = $"org/{organization}/project/{project}/user/*",
                Audience = organization,
                Conditions = TemplateValues.Equal(("oidc.circleci.com/vcs-origin", values.Text("Origin")), ("oidc.circleci.com/vcs-ref", values.Text("Reference"))),
                AllowReuse = true,
            };
        },
        WorkflowFile = ".circleci/config.yml",
        Workflow = login => $"""
            jobs:
              release:
                steps:
                  - run: octopus login --server {login.Server} --service-account-id {login.Account} --id-token "$CIRCLE_OIDC_TOKEN"
            """,
    };

    public static IdentityTemplate Bitbucket { get; } = new()
    {
        Key = "bitbucket",
        Name = "Bitbucket",
        About = "Pipelines of one repository",
        Fields =
        [
            new("Workspace", "Workspace", Placeholder: "acme", Required: true),
            new("WorkspaceId", "Workspace's UUID", "From the repository's settings, OpenID Connect.", "{11111111-2222-3333-4444-555555555555}", Required: true),
            new("RepositoryId", "Repository's UUID", "From the same page.", "{66666666-7777-8888-9999-000000000000}", Required: true),
            new("EnvironmentId", "Deployment environment's UUID", "Only steps that deploy to it.", "{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}"),
        ],
        Build = values =>
        {
            var (workspace, repository) = (values.Required("Workspace", "The workspace"), Braced(values.Required("RepositoryId", "The repository's UUID")));
            return new()
            {
                Name = $"{workspace} {repository}{(values.Text("EnvironmentId") is { } environment ? $" {Braced(environment)}" : "")}",
                Issuer = $"https://api.bitbucket.org/2.0/workspaces/{workspace}/pipelines-config/identity/oidc",
                // Each step has another one.
                Subject = $"{repository}*",
                Audience = $"ari:cloud:bitbucket::workspace/{values.Required("WorkspaceId", "The workspace's UUID").Trim('{', '}')}",
                Conditions = TemplateValues.Equal(
                    ("repositoryUuid", repository), ("deploymentEnvironmentUuid", values.Text("EnvironmentId") is { } id ? Braced(id) : null)),
            };
        },
        WorkflowFile = "bitbucket-pipelines.yml",
        Workflow = login => $"""
            pipelines:
              default:
                - step:
                    oidc: true
                    script:
                      - octopus login --server {login.Server} --service-account-id {login.Account} --id-token "$BITBUCKET_STEP_OIDC_TOKEN"
            """,
    };

    private static string Braced(string uuid) => uuid.Length == 0 ? uuid : $"{{{uuid.Trim('{', '}')}}}";
}
