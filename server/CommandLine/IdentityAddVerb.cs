using System.CommandLine;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

public sealed class IdentityAddVerb
{
    private readonly Option<string?> name = Text("--name", "What people see in lists and in the audit. With --github made from the repository unless told.", "NAME");
    private readonly Option<string?> issuer = Text("--issuer", "The issuer's URL, exactly as the token's 'iss' has it. With --github unless told GitHub's own.", "URL");
    private readonly Option<string?> subject = Text("--subject", "The token's 'sub'; * stands for any run of characters, ? for one.", "SUBJECT");
    private readonly Option<string?> audience = Text("--audience", "The token's 'aud'; the service account's GUID unless told.", "AUDIENCE");
    private readonly Option<string[]> conditions = new("--condition") { Description = "A claim and the values allowed for it (* and ? as above), or with a kind: equals, oneof, exists, absent, boolean, number. /a/b is a claim within a claim. Repeat it for more claims, all must be met.", HelpName = ConditionText.Form };
    private readonly Option<string?> lifetime = Text("--lifetime", "How long access tokens live: 1m to 12h, 1h unless told.", "TIME");
    private readonly Option<bool> reuse = new("--reuse") { Description = "Let one token be exchanged more than once, for issuers that give a job only one. On by itself for GitLab.com and CircleCI; --reuse false." };
    private readonly Option<bool> mutableNames = new("--allow-mutable-names") { Description = "Save it without a condition on an id, although the issuer's subjects are names that others may take over (GitLab.com, Azure DevOps, Buildkite)." };

    private readonly GitHubOptionSet github = new();

    public static Command Create(VerbContext context) => new IdentityAddVerb().Build(context);

    private Command Build(VerbContext context)
    {
        var account = ServiceAccountVerbs.AccountArgument();
        var json = VerbContext.JsonOption();
        var add = new Command("add", "Say whose tokens let a workflow be this service account: an issuer and a subject, or a GitHub repository.")
        {
            account, name, issuer, subject, audience, conditions, lifetime, reuse, mutableNames,
        };
        github.AddTo(add);
        add.Add(json);
        context.OnDatabase(add, Read, async (parsed, input, services, cancel) =>
        {
            var found = await ServiceAccountVerbs.FindAsync(services, parsed.GetRequiredValue(account), cancel);
            var made = OidcIdentityResource.Of(await services.Get<OidcIdentities>().CreateAsync(found, input, VerbServices.Actor, cancel));
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(made);
            }
            else
            {
                Tell(context.Terminal, made, found);
            }
            return 0;
        });
        return add.WithExamples(
            """
            octologin identity add ci --github acme/web --branch main
            octologin identity add ci --github acme/web --environment production --condition job_workflow_ref=acme/web/.github/workflows/release.yml@*
            octologin identity add ci --github acme/web --tag 'v*' --repository-id 74 --owner-id 65
            octologin identity add ci --name k8s --issuer https://k8s.example.com --subject system:serviceaccount:ci:deploy --audience octologin --condition /kubernetes.io/namespace:equals=ci
            octologin identity add ci --name gitlab --issuer https://gitlab.com --subject 'project_path:acme/web:ref_type:branch:ref:main' --condition project_id:equals=4211 --lifetime 15m
            """);
    }

    private OidcIdentityInput Read(ParseResult parsed)
    {
        var repository = github.Read(parsed);
        return new OidcIdentityInput
        {
            Name = parsed.GetValue(name) ?? (repository is null ? null : GitHubTemplate.NameOf(repository)),
            Issuer = parsed.GetValue(issuer),
            Subject = parsed.GetValue(subject),
            Audience = parsed.GetValue(audience),
            Conditions = ConditionOption.ReadAll(parsed.GetValue(conditions) ?? []),
            TokenLifetime = parsed.GetValue(lifetime) is { } text ? (int)Math.Min(int.MaxValue, Duration.Parse("--lifetime", text).TotalSeconds) : null,
            AllowReuse = parsed.GetResult(reuse) is { Implicit: false } ? parsed.GetValue(reuse) : null,
            AllowMutableNames = parsed.GetValue(mutableNames),
            GitHub = repository,
        };
    }

    private static void Tell(Terminal terminal, OidcIdentityResource made, ServiceAccount account)
    {
        terminal.Say($"OIDC identity {made.Name} ({made.Id}) of {account.Username} was made.");
        terminal.Say($"  issuer    {made.Issuer}");
        terminal.Say($"  subject   {made.Subject}");
        terminal.Say($"  audience  {made.Audience ?? account.Audience}");
        if (made.GitHub is { } repository)
        {
            terminal.Say(repository.RepositoryId is not null
                ? $"  pinned to repository_id {repository.RepositoryId} and repository_owner_id {repository.RepositoryOwnerId} (from: {repository.PinnedFrom})"
                : $"  the repository's ids are not known yet: the first accepted token brings them; without one it stops working at {repository.StopsWorking:u}");
        }
    }

    private static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
