using Microsoft.Extensions.Configuration;
using OctoLogin.ServerTasks;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>What bounds a task's log in memory and in all, its texts, and the settings.</summary>
public sealed class LogBufferTests
{
    private readonly LogBuffer buffer = new(TimeProvider.System);
    private readonly ActivityLog log;

    public LogBufferTests() => log = ActivityLog.Start(buffer, new SecretMask(), "task");

    [Fact]
    public void What_the_database_does_not_take_in_time_is_left_out_and_counted_where_the_gap_is()
    {
        for (var i = 0; i < LogBuffer.MostWaiting + 10; i++)
        {
            log.Info($"line {i}");
        }
        var kept = Drain();
        kept.Count.ShouldBe(LogBuffer.MostWaiting + 1);
        kept[^1].Category.ShouldBe(LogCategory.Warning);
        kept[^1].Message.ShouldBe("11 lines were left out here: they came faster than the database took them.");
        log.Info("after");
        Drain().ShouldHaveSingleItem().Message.ShouldBe("after");
    }

    [Fact]
    public void Memory_is_bounded_whatever_the_lines_are()
    {
        var line = new string('x', LogText.MostCharacters);
        for (var i = 0; i < 1000; i++)
        {
            log.Info(line);
        }
        Drain().Sum(entry => (long)entry.Size).ShouldBeLessThan(LogBuffer.MostWaitingCharacters + 1000);
    }

    [Fact]
    public void A_log_that_reaches_its_limit_says_so_once_and_still_tells_how_things_ended()
    {
        var line = new string('x', LogText.MostCharacters);
        var all = new List<LogEntry>();
        for (var i = 0; i < 600; i++)
        {
            log.Info(line);
            all.AddRange(Drain());
        }
        log.Begin("step").End(ActivityStatus.Failed);
        log.End(ActivityStatus.Failed);
        all.AddRange(Drain());
        all.Count(entry => entry.Message.StartsWith("The log has reached its limit of 16 MiB", StringComparison.Ordinal)).ShouldBe(1);
        all.Sum(entry => (long)entry.Size).ShouldBeLessThan(LogBuffer.MostCharacters + 1000);
        all.Select(entry => entry.Kind).TakeLast(3).ShouldBe([LogEntryKind.Begin, LogEntryKind.End, LogEntryKind.End]);
        all.Select(entry => entry.Number).ShouldBe(Enumerable.Range(1, all.Count));
    }

    [Fact]
    public async Task Many_threads_write_at_once_and_nothing_is_lost_or_numbered_twice()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var step = log.Begin($"step {i}");
            for (var n = 0; n < 1000; n++)
            {
                step.Info($"{i}/{n}");
            }
        })));
        var all = Drain();
        all.Select(entry => entry.Number).ShouldBe(Enumerable.Range(1, 8 * 1001 + 1));
        all.Where(entry => entry.Kind == LogEntryKind.Line).Select(entry => entry.Message).Distinct().Count().ShouldBe(8000);
    }

    [Fact]
    public void A_text_is_cut_after_it_is_masked()
    {
        var mask = new SecretMask();
        mask.Add("hunter22");
        var masked = ActivityLog.Start(buffer, mask, "task");
        masked.Info(new string('x', LogText.MostCharacters - 4) + "hunter22");
        Drain()[^1].Message.ShouldNotContain("hunt");
    }

    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(1, "1 second")]
    [InlineData(59.9, "59 seconds")]
    [InlineData(60, "1 minute")]
    [InlineData(7199, "1 hour")]
    [InlineData(7200, "2 hours")]
    [InlineData(200_000, "2 days")]
    [InlineData(-3, "0 seconds")]
    public void A_duration_is_told_in_words(double seconds, string words) => ServerTask.Words(TimeSpan.FromSeconds(seconds)).ShouldBe(words);

    [Fact]
    public void Every_setting_that_is_wrong_is_told()
    {
        var faults = new List<string>();
        TaskOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tasks:Worker"] = "maybe", ["Tasks:Concurrency"] = "0", ["Tasks:FailOverSeconds"] = "1", ["Tasks:RetentionDays"] = "x", ["Tasks:NodeName"] = "a\nb",
        }).Build(), faults);
        faults.ShouldBe([
            "Tasks:NodeName must have at most 100 characters and no control characters.",
            "Tasks:Worker is 'maybe'; it must be true or false.",
            "Tasks:Concurrency is '0'; it must be a whole number from 1 to 100.",
            "Tasks:RetentionDays is 'x'; it must be a whole number from 1 to 36500.",
            "Tasks:FailOverSeconds is '1'; it must be a whole number from 4 to 3600.",
        ]);
    }

    private List<LogEntry> Drain()
    {
        var all = new List<LogEntry>();
        while (buffer.Oldest() is { Count: > 0 } entries)
        {
            all.AddRange(entries);
            buffer.Written(entries);
        }
        return all;
    }
}
