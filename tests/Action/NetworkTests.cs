using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>https, private CAs and proxies, as a company's network has them.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Trusts_the_private_CA_of_SSL_CERT_FILE()
    {
        using var certificate = certificates.ForHosts("localhost");
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = certificates.CaFile;

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Env["OCTOPUS_URL"].ShouldStartWith("https://localhost:");
        run.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_SSL_CERT_FILE_when_the_CA_is_unknown_and_does_not_try_again()
    {
        using var certificate = certificates.ForHosts("localhost");
        await using var job = await ActionFixture.StartAsync(certificate);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("cannot be trusted: The remote certificate is invalid");
        run.Errors[0].ShouldContain("SSL_CERT_FILE");
        run.StandardOutput.ShouldNotContain("Trying again");
    }

    [Fact]
    public async Task Says_when_the_file_of_SSL_CERT_FILE_is_not_there()
    {
        using var certificate = certificates.ForHosts("localhost");
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = "/etc/corp/ca.pem";

        (await job.Runner.RunAsync()).Errors.ShouldHaveSingleItem().ShouldContain("SSL_CERT_FILE is /etc/corp/ca.pem, and no such file is here");
    }

    [Fact]
    public async Task Says_that_a_server_without_TLS_was_asked_for_https()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["server"] = job.Octopus.Url.Replace("http://", "https://", StringComparison.Ordinal);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("cannot be trusted: Cannot determine the frame size");
    }

    [Fact]
    public async Task Refuses_the_certificate_of_another_host()
    {
        using var certificate = certificates.ForHosts("octopus.example.com");
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = certificates.CaFile;

        var run = await job.Runner.RunAsync();

        run.Errors.ShouldHaveSingleItem().ShouldContain("RemoteCertificateNameMismatch");
        run.StandardOutput.ShouldNotContain("Trying again");
    }

    [Fact]
    public async Task Refuses_an_expired_certificate()
    {
        using var certificate = certificates.ForHosts(["localhost"], DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-1));
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = certificates.CaFile;

        (await job.Runner.RunAsync()).Errors.ShouldHaveSingleItem().ShouldContain("NotTimeValid");
    }

    [Fact]
    public async Task Goes_through_the_proxy_of_HTTPS_PROXY()
    {
        using var certificate = certificates.ForHosts("octopus.corp.example");
        await using var proxy = FakeProxy.Start();
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = certificates.CaFile;
        job.Runner.Environment["HTTPS_PROXY"] = proxy.Url;
        var port = new Uri(job.Octopus.Url).Port;
        // No name server knows this host: only the proxy can reach it.
        job.Runner.Inputs["server"] = job.Octopus.ServerUri = $"https://octopus.corp.example:{port}";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        proxy.Targets.Distinct().ShouldBe([$"octopus.corp.example:{port}"]);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("other.example,localhost")]
    public async Task Goes_around_the_proxy_to_hosts_in_NO_PROXY(string noProxy)
    {
        using var certificate = certificates.ForHosts("localhost");
        await using var proxy = FakeProxy.Start();
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["SSL_CERT_FILE"] = certificates.CaFile;
        job.Runner.Environment["HTTPS_PROXY"] = proxy.Url;
        job.Runner.Environment["NO_PROXY"] = noProxy;

        (await job.Runner.RunAsync()).ExitCode.ShouldBe(0);

        proxy.Targets.ShouldBeEmpty();
    }

    [Fact]
    public async Task Says_that_the_proxy_refused()
    {
        using var certificate = certificates.ForHosts("localhost");
        await using var proxy = FakeProxy.Start("407 Proxy Authentication Required");
        await using var job = await ActionFixture.StartAsync(certificate);
        job.Runner.Environment["HTTPS_PROXY"] = proxy.Url;

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("the proxy of HTTPS_PROXY answered 407");
    }
}
