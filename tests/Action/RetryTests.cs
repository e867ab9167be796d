using OctoLogin.Action;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>Outages that pass do not fail a job, and those that do not pass fail it soon.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Tries_again_with_a_fresh_ID_token(int status)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.First.Enqueue(FakeOctopusServer.Refused("The issuer's keys cannot be fetched.", "temporarily_unavailable", status).With("Retry-After", "0"));

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        job.IdTokens.Distinct().Count().ShouldBe(2);
        job.Octopus.Exchanges.Select(exchange => exchange["subject_token"]!.GetValue<string>()).ShouldBe(job.IdTokens);
        run.Lines.Where(line => line.Contains("Trying again", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldMatch($@"^The token endpoint http://127.0.0.1:\d+/token/v1 answered {status} \w+ \(temporarily_unavailable: The issuer's keys cannot be fetched\.\)\. Trying again in 0 s \(try 2 of 10\)\.$");
        job.ShouldLeakNothing(run);
    }

    [Fact]
    public async Task Tries_again_after_a_broken_connection()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.First.Enqueue(FakeAnswer.Abort);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        job.IdTokens.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Tries_again_when_GitHubs_service_fails()
    {
        await using var job = await ActionFixture.StartAsync();
        job.GitHub.First.Enqueue(new FakeAnswer(503, "<html>unicorn</html>", "text/html").With("Retry-After", "0"));

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        job.Octopus.Exchanges.Count.ShouldBe(1);
        run.StandardOutput.ShouldContain("GitHub's ID-token service at 127.0.0.1:");
    }

    [Fact]
    public async Task Gives_up_after_ten_tries()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.DiscoveryAnswer = new FakeAnswer(503).With("Retry-After", "0");

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        job.Octopus.To("/.well-known/openid-configuration").Count.ShouldBe(10);
        run.Errors.ShouldHaveSingleItem().ShouldContain("answered 503 ServiceUnavailable. Gave up after 10 tries in ");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Does_not_repeat_what_will_not_pass(int status)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("No.", status: status);

        (await job.Runner.RunAsync()).ExitCode.ShouldBe(1);

        job.Octopus.Exchanges.Count.ShouldBe(1);
    }

    [Fact]
    public void Waits_longer_each_time_with_jitter_within_two_minutes()
    {
        var clock = new SteppingClock();

        var failure = Should.Throw<LoginException>(() => Run(clock, () => throw new TransientException("No.")));

        clock.Waits[0].ShouldBeInRange(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        clock.Waits[3].ShouldBeInRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));
        clock.Waits.ShouldAllBe(wait => wait <= TimeSpan.FromSeconds(30));
        clock.Elapsed.ShouldBeLessThanOrEqualTo(Login.Budget);
        failure.Message.ShouldStartWith("No. Gave up after ");
    }

    [Fact]
    public void Waits_as_long_as_the_server_asks_but_not_longer_than_half_a_minute()
    {
        var clock = new SteppingClock();
        var answers = new Queue<TimeSpan>([TimeSpan.FromSeconds(7), TimeSpan.FromHours(1)]);

        Run(clock, () => answers.TryDequeue(out var wait) ? throw new TransientException("Later.", wait) : "done").ShouldBe("done");

        clock.Waits[0].ShouldBeInRange(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));
        clock.Waits[1].ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(33));
    }

    private static string Run(SteppingClock clock, Func<string> attempt) =>
        new Retry(new WorkflowCommands(TextWriter.Null, _ => null), clock, Login.Budget).Run(attempt);

    /// <summary>Time passes only when someone waits for it, and then at once.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];
        public TimeSpan Elapsed { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            Elapsed += dueTime;
            return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
