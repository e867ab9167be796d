using System.IdentityModel.Tokens.Jwt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OctoLogin.Accounts;
using OctoLogin.Audit;
using OctoLogin.ExecutionAccounts;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.ExecutionAccounts;

public sealed class StepKeyRotationTests(CloudServer fixture) : IClassFixture<CloudServer>
{
    private const int Hours = 50, EachHour = 20;

    private readonly ServerFixture server = fixture.Server;

    /// <summary>The steps of 1,000 executions over two days, twenty at a time, while the keys change twice: the code that makes a step's tokens, without its Bash.</summary>
    [Fact]
    public async Task A_relying_party_that_reads_the_keys_once_a_day_takes_the_token_of_each_of_1000_executions_while_keys_are_rotated()
    {
        var account = await server.AddAwsAsync("Rotated");
        var kids = new HashSet<string>();
        var ids = new HashSet<string>();
        var jwks = new JsonWebKeySet();
        for (var hour = 0; hour < Hours; hour++)
        {
            if (hour % 23 == 0)
            {
                jwks = new JsonWebKeySet(await server.Anonymous.GetStringAsync("/.well-known/jwks"));
            }
            if (hour is 0 or 24)
            {
                await server.Services.GetRequiredService<SigningKeyRotation>().RotateAsync(SigningKeyUse.IdTokens, atOnce: false, AuditActor.CommandLine, default);
                await server.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(default);
            }
            var tokens = await Task.WhenAll(Enumerable.Range(0, EachHour).Select(i => Task.Run(() => TokenAsync(account, (hour * EachHour) + i))));
            // As late as may be: the keys may change meanwhile.
            server.Clock.Advance(TimeSpan.FromMinutes(7));
            foreach (var jwt in tokens)
            {
                var token = Verify(jwt, jwks);
                kids.Add(token.Header.Kid);
                ids.Add(token.Id);
            }
            server.Clock.Advance(TimeSpan.FromMinutes(53));
        }
        ids.Count.ShouldBe(Hours * EachHour);
        kids.Count.ShouldBe(3, "the first key and the two that it was rotated to");
    }

    private async Task<string> TokenAsync(ApiAnswer account, int execution)
    {
        var steps = server.Services.GetRequiredService<StepAccounts>();
        var source = new AccountSource("Step", "Octopus.Script", name => name == "Cloud" ? account.Id : null, new Dictionary<string, string> { ["Cloud"] = "AmazonWebServicesAccount" }, null);
        var chosen = await steps.FindAsync(source, new AccountPlace
        {
            SpaceId = "Spaces-1", EnvironmentId = "Environments-1", EnvironmentName = "Live", Use = SubjectUse.Deployment, ExecutionId = $"Deployments-{execution}",
            Subject = new SubjectParts { Space = "default", Project = "shop", Environment = "live" },
        }, default);
        return steps.LogIn(chosen, _ => null, new SecretMask()).Values.Single(value => value.Name == "Octopus.OpenIdConnect.Jwt").Value;
    }

    private JwtSecurityToken Verify(string jwt, JsonWebKeySet jwks)
    {
        var now = server.Clock.GetUtcNow().UtcDateTime;
        new JwtSecurityTokenHandler { MapInboundClaims = false }.ValidateToken(jwt, new TokenValidationParameters
        {
            ValidIssuer = CloudServer.Issuer, ValidAudience = CloudServer.Host, IssuerSigningKeys = jwks.GetSigningKeys(), RequireSignedTokens = true,
            LifetimeValidator = (notBefore, expires, _, _) => notBefore <= now && now < expires,
        }, out var token);
        return (JwtSecurityToken)token;
    }
}
