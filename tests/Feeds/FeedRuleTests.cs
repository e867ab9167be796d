using System.Net.Http.Headers;
using OctoLogin.Feeds;

namespace OctoLogin.Tests.Feeds;

/// <summary>What is decided about registries without asking anybody.</summary>
public sealed class FeedRuleTests
{
    [Theory]
    [InlineData("https://registry.example.com", null, "acme/web", "https://registry.example.com/", "acme/web", "registry.example.com/acme/web", "registry.example.com")]
    [InlineData("https://registry.example.com:5000/", null, "web", "https://registry.example.com:5000/", "web", "registry.example.com:5000/web", "registry.example.com:5000")]
    // A path alone is part of every name; with a host it is where images are pulled from.
    [InlineData("https://eu.gcr.io", "my-project", "web", "https://eu.gcr.io/", "my-project/web", "eu.gcr.io/my-project/web", "eu.gcr.io")]
    [InlineData("https://art.example.com/api/docker/repo", "repo.example.com/", "web", "https://art.example.com/api/docker/repo/", "web", "repo.example.com/web", "repo.example.com")]
    [InlineData("https://registry.example.com", "localhost:5000/team", "web", "https://registry.example.com/", "web", "localhost:5000/team/web", "localhost:5000")]
    // Docker Hub
    [InlineData("https://index.docker.io", null, "nginx", "https://registry-1.docker.io/", "library/nginx", "docker.io/nginx", "https://index.docker.io/v1/")]
    [InlineData("https://docker.io", null, "acme/web", "https://registry-1.docker.io/", "acme/web", "docker.io/acme/web", "https://index.docker.io/v1/")]
    public void An_image_has_its_name_in_the_api_and_where_it_is_pulled(string uri, string? path, string image, string api, string name, string pull, string login)
    {
        var address = RegistryAddress.Of(uri, path);
        (address.Api.AbsoluteUri, address.NameOf(image), address.PullOf(image), address.LoginKey).ShouldBe((api, name, pull, login));
        address.PullOf(pull).ShouldBe(pull, "one that begins with the registry stays");
    }

    [Theory]
    [InlineData("acme/web", true)]
    [InlineData("a.b_c__d--e/f", true)]
    [InlineData("Acme/web", false)]
    [InlineData("../web", false)]
    [InlineData("web/", false)]
    [InlineData("web?x", false)]
    [InlineData("web:1.0", false)]
    [InlineData("", false)]
    public void An_image_is_called_as_registries_call_it(string name, bool expected) => RegistryAddress.IsImage(name).ShouldBe(expected);

    [Theory]
    [InlineData("""Bearer realm="https://r/token",service="s",scope="repository:a/b:pull,push" """, "https://r/token", "s", "repository:a/b:pull,push")]
    [InlineData("""bearer Service=s, Realm="https://r/\"q\"" """, """https://r/"q" """, "s", null)]
    [InlineData("Basic realm=\"x\"", null, null, null)]
    public void A_challenge_says_who_gives_tokens(string header, string? realm, string? service, string? scope) =>
        RegistryChallenge.Of([AuthenticationHeaderValue.Parse(header.Trim())]).ShouldBe(new RegistryChallenge(realm?.Trim(), service, scope));

    [Fact]
    public void A_token_is_asked_for_before_a_password()
    {
        RegistryChallenge.Of([new("Basic", "realm=\"x\""), new("Bearer", "realm=\"https://r/token\"")])!.Realm.ShouldBe("https://r/token");
        RegistryChallenge.Of([new("Negotiate")]).ShouldBeNull();
        RegistryChallenge.Of([]).ShouldBeNull();
    }

    [Fact]
    public void Versions_are_ordered_by_SemVer_whatever_stands_before_them() =>
        ImageVersions.Of(["latest", "1.0", "1.0.0-rc.2", "1.0.0-rc.10", "v2.0.0", "v", "vv1", "1.10", "1.9.1", "sha-abc", "20240101.1", "1.0"])
            .ShouldBe(["20240101.1", "v2.0.0", "1.10", "1.9.1", "1.0", "1.0.0-rc.10", "1.0.0-rc.2"]);

    [Theory]
    [InlineData("AwsElasticContainerRegistry", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", true)]
    [InlineData("AwsElasticContainerRegistry", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", true)]
    [InlineData("AwsElasticContainerRegistry", "123456789012.dkr-ecr.eu-west-1.on.aws", true)]
    [InlineData("AwsElasticContainerRegistry", "abc.execute-api.eu-west-1.amazonaws.com", false)]
    [InlineData("AwsElasticContainerRegistry", "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", false)]
    [InlineData("AzureContainerRegistry", "acme.azurecr.io", true)]
    [InlineData("AzureContainerRegistry", "azurecr.io.evil.example", false)]
    [InlineData("AzureContainerRegistry", "evilazurecr.io", false)]
    [InlineData("GoogleContainerRegistry", "gcr.io", true)]
    [InlineData("GoogleContainerRegistry", "eu.gcr.io", true)]
    [InlineData("GoogleContainerRegistry", "europe-west1-docker.pkg.dev", true)]
    [InlineData("GoogleContainerRegistry", "evilgcr.io", false)]
    [InlineData("GoogleContainerRegistry", "evil.example", false)]
    public void A_clouds_login_goes_to_its_own_registries_alone(string type, string host, bool goes) =>
        (FeedOidcRules.HostFault(Enum.Parse<FeedType>(type), host) is null).ShouldBe(goes);

    [Fact]
    public void Nothing_that_is_printed_shows_a_login() =>
        new RegistryLogin("AWS", "the-password", DateTimeOffset.UnixEpoch).ToString().ShouldBe("login of AWS until 1970-01-01 00:00:00Z");
}
