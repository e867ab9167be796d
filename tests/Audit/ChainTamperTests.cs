using Dapper;
using OctoLogin.Audit;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Audit;

/// <summary>Threat H4: somebody who can write the database, and has not the master key, changes the audit. Each way is named by the verification.</summary>
public sealed class ChainTamperTests(AuditTampering audit) : IClassFixture<AuditTampering>
{
    [Fact]
    public async Task Finds_a_change_of_any_column_of_an_event()
    {
        var chain = await audit.ExchangesAsync();
        await using var connection = await audit.Server.Database.DataSource.OpenConnectionAsync();
        var columns = (await connection.QueryAsync<(string Name, string Type)>(
            "select column_name, data_type from information_schema.columns where table_name = 'audit_events' and table_schema = 'public'")).ToList();
        columns.Count.ShouldBeGreaterThan(15);
        foreach (var (name, type) in columns)
        {
            var value = (name, type) switch
            {
                ("chain", _) => "chain + 1000",
                ("number", _) => "nextval('audit_events_seq')",
                (_, "bigint") => $"{name} + 1000",
                (_, "text") => $"coalesce({name}, '') || '.'",
                (_, "ARRAY") => $"array_append({name}, 'Users-1')",
                (_, "timestamp with time zone") => $"{name} + interval '1 microsecond'",
                (_, "json") => $"({name}::text || ' ')::json",
                (_, "bytea") => $"sha256({name})",
                _ => throw new InvalidOperationException($"This test does not know how to change a {type}."),
            };
            var report = await audit.VerifyWithAsync($"update audit_events set {name} = {value} where chain = {chain} and position = 5");
            report.Verified.ShouldBeFalse(name);
            if (name is not ("chain" or "position"))
            {
                var fault = report.Faults.ShouldHaveSingleItem($"{name}: the events after it are as they were");
                (fault.Kind, fault.Chain, fault.Position).ShouldBe((AuditFaultKind.Changed, chain, 5L), name);
            }
        }
        (await audit.VerifyAsync()).Verified.ShouldBeTrue("all was put back");
    }

    [Fact]
    public async Task Tells_null_from_an_empty_text() =>
        (await audit.VerifyWithAsync($"update audit_events set space_id = '' where chain = {await audit.ExchangesAsync()} and position = 2"))
            .Faults.ShouldHaveSingleItem().Kind.ShouldBe(AuditFaultKind.Changed);

    [Fact]
    public async Task Tells_a_text_that_was_shifted_into_the_next_column() =>
        (await audit.VerifyWithAsync(
            $"update audit_events set message = left(message, -1), category = category || right(message, 1) where chain = {await audit.ExchangesAsync()} and position = 2"))
            .Faults.ShouldHaveSingleItem().Kind.ShouldBe(AuditFaultKind.Changed);

    [Fact]
    public async Task Finds_events_that_were_deleted_and_says_where()
    {
        var chain = await audit.ExchangesAsync();
        var report = await audit.VerifyWithAsync($"delete from audit_events where chain = {chain} and position in (3, 4, 6)");
        report.Faults.Select(fault => (fault.Kind, fault.Message)).ShouldBe([
            (AuditFaultKind.Missing, $"Chain {chain}: positions 3 to 4 are missing before Events-{await audit.NumberAsync(chain, 5)} (chain {chain}, position 5)"),
            (AuditFaultKind.Missing, $"Chain {chain}: position 6 is missing before Events-{await audit.NumberAsync(chain, 7)} (chain {chain}, position 7)")]);
    }

    [Fact]
    public async Task Finds_two_events_that_changed_places_and_nothing_wrong_after_them()
    {
        var chain = await audit.ExchangesAsync();
        var (earlier, later) = (await audit.NumberAsync(chain, 4), await audit.NumberAsync(chain, 5));
        var report = await audit.VerifyWithAsync(
            $"""
            update audit_events set position = -4 where chain = {chain} and position = 4;
            update audit_events set position = 4 where chain = {chain} and position = 5;
            update audit_events set position = 5 where chain = {chain} and position = -4;
            """);
        report.Faults.Select(fault => (fault.Kind, fault.Event)).ShouldBe([(AuditFaultKind.Changed, later), (AuditFaultKind.Moved, earlier)]);
        report.Faults[1].Message.ShouldBe($"Events-{earlier} (chain {chain}, position 5) stands after Events-{later}, which was written later");
    }

    [Fact]
    public async Task Finds_that_a_chain_was_cut_off_also_when_its_row_was_set_back_to_there()
    {
        var chain = await audit.ExchangesAsync();
        var cut = $"delete from audit_events where chain = {chain} and position > 6;";
        var fault = (await audit.VerifyWithAsync(cut)).Faults.ShouldHaveSingleItem();
        (fault.Kind, fault.Position).ShouldBe((AuditFaultKind.CutOff, 7L));

        var setBack = await audit.VerifyWithAsync(
            $"{cut} update audit_chains set position = 6, head = (select hash from audit_events where chain = {chain} and position = 6) where id = {chain}");
        setBack.Faults.ShouldHaveSingleItem().Message.ShouldBe($"Chain {chain}: its row in audit_chains was changed");

        // Another chain's end is no end of this one.
        setBack = await audit.VerifyWithAsync($"{cut} update audit_chains c set position = o.position, head = o.head, seal = o.seal from audit_chains o where c.id = {chain} and o.id = {chain} - 1");
        setBack.Faults.ShouldContain(each => each.Kind == AuditFaultKind.ChangedRegister);
    }

    [Theory]
    [InlineData("node", "node || '.'")]
    [InlineData("purpose", "'changes'")]
    [InlineData("started", "started + interval '1 microsecond'")]
    [InlineData("head", "sha256(head)")]
    [InlineData("seal", "sha256(seal)")]
    public async Task Finds_a_change_of_a_chains_row(string column, string value)
    {
        var chain = await audit.ExchangesAsync();
        (await audit.VerifyWithAsync($"update audit_chains set {column} = {value} where id = {chain}"))
            .Faults.ShouldHaveSingleItem().Message.ShouldBe($"Chain {chain}: its row in audit_chains was changed");
    }

    [Fact]
    public async Task Finds_that_a_chain_was_deleted_in_whole_or_in_part()
    {
        var chain = await audit.ExchangesAsync();
        var whole = await audit.VerifyWithAsync($"delete from audit_chains where id = {chain}; delete from audit_events where chain = {chain}");
        whole.Faults.ShouldHaveSingleItem().Message.ShouldBe($"Chain {chain} is missing in audit_chains");
        var lastToo = await audit.VerifyWithAsync($"delete from audit_chains where id = {chain}; delete from audit_events where chain = {chain}; update audit_register set chains = {chain} - 1");
        lastToo.Faults.ShouldContain(fault => fault.Kind == AuditFaultKind.ChangedRegister);
        var row = await audit.VerifyWithAsync($"delete from audit_chains where id = {chain}");
        row.Faults.Select(fault => fault.Kind).ShouldBe([AuditFaultKind.MissingChain, AuditFaultKind.Foreign]);
        var events = await audit.VerifyWithAsync($"delete from audit_events where chain = {chain}");
        events.Faults.ShouldHaveSingleItem().Kind.ShouldBe(AuditFaultKind.CutOff);
        var emptied = await audit.VerifyWithAsync("delete from audit_chains; delete from audit_events");
        emptied.Faults.ShouldContain(fault => fault.Kind == AuditFaultKind.MissingChain);
        (await audit.VerifyWithAsync("delete from audit_register")).Faults.ShouldHaveSingleItem().Kind.ShouldBe(AuditFaultKind.ChangedRegister);
    }

    [Theory]
    [InlineData("null, null, null", "belongs to no chain: OctoLogin did not write it")]
    [InlineData("chain, position + 1, sha256(hash)", "behind the chain's end")]
    [InlineData("chain + 1000, 1, hash", "which is not in audit_chains")]
    public async Task Finds_an_event_that_was_forged(string place, string words)
    {
        var chain = await audit.ExchangesAsync();
        var report = await audit.VerifyWithAsync(
            $"""
            insert into audit_events (occurred, category, message, details, chain, position, hash)
            select occurred, category, 'forged', details, {place} from audit_events where chain = {chain} order by position desc limit 1
            """);
        var fault = report.Faults.ShouldHaveSingleItem();
        (fault.Kind, fault.Message.Contains(words, StringComparison.Ordinal)).ShouldBe((AuditFaultKind.Foreign, true), fault.Message);
    }

    [Fact]
    public async Task A_chain_that_was_set_back_is_not_continued_which_would_make_it_good_again()
    {
        var chain = await audit.ScalarAsync<long>("select max(id) from audit_chains where purpose = 'changes'");
        var report = await audit.WithAsync(
            $"""
            delete from audit_events where chain = {chain} and position > 2;
            update audit_chains set position = 2, head = (select hash from audit_events where chain = {chain} and position = 2) where id = {chain};
            """,
            async () =>
            {
                await audit.Server.AddServiceAccountAsync();
                return await audit.VerifyAsync();
            });
        report.Faults.ShouldHaveSingleItem().Message.ShouldBe($"Chain {chain}: its row in audit_chains was changed");
        report.Chains.Count(each => each.Purpose == AuditChain.Changes && each.Id > chain).ShouldBe(1, "what comes next is in a chain of its own");
        audit.Server.Log.Lines.ShouldContain(line => line.Contains($"The row of chain {chain} in audit_chains was changed by somebody who is not OctoLogin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_token_is_issued_without_its_event_when_the_row_of_its_chain_is_gone_and_the_next_one_has_a_chain_again()
    {
        var account = await audit.Server.AddTrustedAccountAsync();
        var report = await audit.WithAsync($"delete from audit_chains where id = {await audit.ExchangesAsync()}", async () =>
        {
            var refused = await audit.Server.ExchangeAsync(account.Audience, audit.Server.GitHubToken(account.Audience));
            (refused.Status, refused.Json.GetProperty("error").GetString()).ShouldBe((500, "server_error"));
            (await audit.Server.ExchangeAsync(account.Audience, audit.Server.GitHubToken(account.Audience))).Status.ShouldBe(200);
            (await audit.Server.CategoriesOfAsync(account.Id)).ShouldBe(["TokenRefused", "TokenIssued"]);
            return await audit.VerifyAsync();
        });
        report.Faults.ShouldContain(fault => fault.Kind == AuditFaultKind.MissingChain);
        audit.Server.Log.Lines.ShouldContain(line => line.Contains("does not end where this server left it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_verb_ends_with_1_and_names_the_fault_in_words_and_as_JSON()
    {
        var chain = await audit.ExchangesAsync();
        var number = await audit.NumberAsync(chain, 3);
        var change = $"update audit_events set username = 'nobody' where number = {number}";
        var run = await audit.WithAsync(change, () => audit.VerbAsync());
        run.ExitCode.ShouldBe(1, run.All);
        run.Output.ShouldContain($"\nFAIL  Events-{number} (chain {chain}, position 3) is not as it was written: changed, or put here from elsewhere.\n");
        run.Error.ShouldStartWith("The audit is not as it was written: 1 fault.");
        var json = await audit.WithAsync(change, () => audit.VerbAsync("--json"));
        json.ExitCode.ShouldBe(1);
        var fault = AuditTampering.Json(json).GetProperty("Faults")[0];
        (fault.GetProperty("Kind").GetString(), fault.GetProperty("Event").GetInt64()).ShouldBe(("Changed", number));
        (await audit.VerbAsync()).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task An_older_state_of_everything_is_whole_and_found_by_heads_that_were_written_down()
    {
        var written = await audit.WithAsync("select 1", async () =>
        {
            await audit.Server.AddServiceAccountAsync();
            var file = audit.FileOf("heads.json", (await audit.VerbAsync("--json")).Output);
            (await audit.VerbAsync("--expect", file)).ExitCode.ShouldBe(0);
            await audit.Server.AddServiceAccountAsync();
            (await audit.VerbAsync("--expect", file)).ExitCode.ShouldBe(0, "chains only grow");
            return file;
        });
        // All that has been put back was sealed once.
        (await audit.VerbAsync()).ExitCode.ShouldBe(0);
        var run = await audit.VerbAsync("--expect", written);
        run.ExitCode.ShouldBe(1, run.All);
        run.Output.ShouldContain("; the earlier verification saw it reach position ");
    }

    [Fact]
    public async Task A_head_that_is_another_than_was_written_down_and_a_chain_that_is_gone_are_told()
    {
        var chain = (await audit.VerifyAsync()).Chains[0];
        (await audit.VerifyAsync([chain])).Verified.ShouldBeTrue();
        var report = await audit.VerifyAsync([chain with { Head = new string('0', 64) }, chain with { Id = 1000 }]);
        report.Faults.Select(fault => (fault.Kind, fault.Chain)).ShouldBe([(AuditFaultKind.NotAsExpected, chain.Id), (AuditFaultKind.NotAsExpected, 1000L)]);
        (await audit.VerbAsync("--expect", audit.FileOf("other.json", "[]"))).ExitCode.ShouldBe(2);
        (await audit.VerbAsync("--expect", "/nowhere/heads.json")).ExitCode.ShouldBe(2);
    }
}
