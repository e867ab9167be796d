using System.Globalization;
using OctoLogin.Database.Embedded;
using OctoLogin.Scripts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>What a script can see and reach. Of a server that is root.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly ScriptRig rig = new();

    public IsolationTests() => Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");

    [Fact]
    public async Task The_environment_is_clean()
    {
        Environment.SetEnvironmentVariable("ConnectionStrings__OctoLogin", "Host=secret-of-the-server");
        try
        {
            var request = ScriptRig.Bash("env -0 | sort -z | tr '\\0' '\\n'") with { Environment = new Dictionary<string, string> { ["GIVEN"] = "it's $HOME" } };
            var names = (await rig.RunAsync(request)).Succeeded().Lines.Select(line => line["Info: ".Length..]).ToList();
            names.Select(line => line.Split('=')[0]).Where(name => name is not ("_" or "PWD" or "SHLVL" or "OLDPWD"))
                .ShouldBe(["GIVEN", "HOME", "LANG", "PATH", "TERM", "TMPDIR"]);
            names.ShouldContain("GIVEN=it's $HOME");
            names.ShouldContain("TERM=dumb");
        }
        finally
        {
            Environment.SetEnvironmentVariable("ConnectionStrings__OctoLogin", null);
        }
    }

    [Fact]
    public async Task What_is_given_to_a_script_is_not_loaded_by_what_starts_it_as_root()
    {
        var place = rig.OpenPlace();
        var trap = Path.Combine(place, "trap.sh");
        File.WriteAllText(trap, $"id -u > {place}/ran-as-$(id -u)\n");
        await rig.RunAsync(ScriptRig.Bash("bash -c true") with { Environment = new Dictionary<string, string> { ["BASH_ENV"] = trap } });
        Directory.GetFiles(place, "ran-as-*").Select(Path.GetFileName).ShouldBe([$"ran-as-{Nobody}"]);
    }

    [Fact]
    public async Task Runs_as_another_user_who_cannot_become_root()
    {
        var ran = await rig.RunAsync("""
            id -u; id -G | wc -w; umask; grep -E '^(NoNewPrivs|CapEff|CapPrm|CapInh)' /proc/self/status | tr '\t' ' '
            ls -A; stat -c %a:%u .; pwd; [ "$HOME" = "$PWD" ] && echo home
            [ "$(ps -o pgid= -p $$)" -eq $$ ] && [ "$(ps -o sid= -p $$)" -eq $$ ] && echo session
            readlink /proc/$$/fd/0; ls /proc/$$/fd > "$TMPDIR/list"; tr '\n' ' ' < "$TMPDIR/list"
            """);
        var lines = ran.Succeeded().Lines.Select(line => line["Info: ".Length..]).ToList();
        lines[..7].ShouldBe([Nobody, "1", "0077", "CapInh: 0000000000000000", "CapPrm: 0000000000000000", "CapEff: 0000000000000000", "NoNewPrivs: 1"]);
        lines[7].ShouldBe($"700:{Nobody}");
        lines[8].ShouldStartWith(rig.Options.WorkDirectory + "/");
        lines[9..].ShouldBe(["home", "session", "/dev/null", "0 1 2 255 "]);
        Directory.GetFileSystemEntries(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cannot_read_what_is_the_servers()
    {
        var data = rig.Place("data");
        Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        using (File.Open(Path.Combine(data, "master.key"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
        }
        var server = Environment.ProcessId;
        var ran = await rig.RunAsync($"""
            for file in {data}/master.key /proc/{server}/environ /proc/{server}/mem /proc/{server}/fd/0 /proc/{server}/root/etc/passwd /etc/shadow; do
                cat "$file" >/dev/null 2>&1 && echo "read $file"
            done
            ls {data} {rig.Options.WorkDirectory} /proc/{server}/fd >/dev/null 2>&1 && echo listed
            kill -0 {server} 2>/dev/null && echo signalled
            echo x 2>/dev/null > {rig.Options.WorkDirectory}/x && echo written
            echo x 2>/dev/null > "$HOME/../x" && echo written beside
            true
            """);
        ran.Succeeded().Text.ShouldBe("");
    }

    [Fact]
    public async Task Two_scripts_at_once_see_nothing_of_each_other()
    {
        var place = rig.OpenPlace();
        var first = rig.RunAsync(ScriptRig.Bash($$"""
            echo "$HOME $$" > {{place}}/first.new; mv {{place}}/first.new {{place}}/first
            echo mine > "$HOME/file"; chmod -R a+rwX "$HOME" "$TMPDIR" "$HOME/../script"
            until [ -e {{place}}/done ]; do sleep 0.05; done
            """, ("Password", "sup3r-s3cret")) with { Environment = new Dictionary<string, string> { ["TOKEN"] = "another-s3cret" } });
        var second = await rig.RunAsync($$"""
            until [ -e {{place}}/first ]; do sleep 0.05; done
            read -r home pid < {{place}}/first
            id -u
            for file in "$home/file" "$home/../script/Bootstrap.sh" /proc/$pid/environ /proc/$pid/mem /proc/$pid/fd/1 /proc/$pid/cwd/file /proc/$pid/maps; do
                cat "$file" >/dev/null 2>&1 && echo "read $file"
            done
            ls "$home" "/proc/$pid/cwd/" >/dev/null 2>&1 && echo listed
            (echo x > "$home/x") 2>/dev/null && echo written
            ps -ef | grep -c '[s]3cret'
            touch {{place}}/done
            """);
        (await first).Succeeded();
        second.Succeeded().Lines.ShouldBe([$"Info: {Nobody}", "Info: 0"]);
    }

    [Fact]
    public async Task Servers_with_work_directories_of_their_own_give_no_group_twice()
    {
        using var other = new ScriptRig(options => options with { FirstGroup = 61460, Groups = 2 });
        using var second = new ScriptRig(options => options with { FirstGroup = 61460, Groups = 2 });
        var place = rig.OpenPlace();
        var running = Enumerable.Range(0, 2).Select(i => (i == 0 ? other : second).RunAsync($"touch {place}/ready{i}; id -g; until [ -e {place}/done ]; do sleep 0.05; done")).ToList();
        await Eventually.TrueAsync(() => Directory.GetFiles(place, "ready*").Length == 2, "both run");
        (await other.RunAsync("true")).Result.FailMessage!.ShouldEndWith("All 2 group numbers from 61460 on (Scripts:Groups) are in use by running scripts or have a name in /etc/group.");
        await File.WriteAllTextAsync(Path.Combine(place, "done"), "");
        (await Task.WhenAll(running)).Select(ran => ran.Succeeded().Text).ShouldBe(["Info: 61460", "Info: 61461"], ignoreOrder: true);
    }

    [Fact]
    public async Task Sensitive_values_are_in_no_command_line_and_no_file_that_others_can_read()
    {
        var ran = await rig.RunAsync(ScriptRig.Bash("""
            find "$HOME/.." -type f -perm /077 2>/dev/null
            grep -rl 'sup3r-s3cre[t]' "$HOME" "$HOME/../script" 2>/dev/null
            tr '\0' ' ' < /proc/$$/cmdline | grep -c 'sup3[r]\|c3VwM3I[t]'
            get_octopusvariable Password | wc -c
            """, ("Password", "sup3r-s3cret")) with { SensitiveNames = new HashSet<string> { "Password" } });
        ran.Lines.ShouldBe(["Info: 0", "Info: 12"]);
    }

    [Fact]
    public async Task Prepared_files_are_the_scripts_own_and_it_runs_beside_them()
    {
        var request = ScriptRig.Bash("") with
        {
            Files = [new ScriptFile("extra/config.json", "{}"u8.ToArray())],
            ScriptFile = "deploy/run.sh",
            Prepare = async (folder, cancel) =>
            {
                Directory.CreateDirectory(Path.Combine(folder, "deploy/data"));
                await File.WriteAllTextAsync(Path.Combine(folder, "deploy/run.sh"), "echo \"from $(basename \"$PWD\")\"\r\nstat -c '%a %u' ../extra/config.json data\r\necho x > data/new\r\n", cancel);
                File.CreateSymbolicLink(Path.Combine(folder, "link"), "/etc");
            },
        };
        (await rig.RunAsync(request)).Succeeded().Lines.ShouldBe(["Info: from deploy", $"Info: 600 {Nobody}", $"Info: 755 {Nobody}"]);
        // The link was handed over, and not what it leads to.
        LibC.Owner("/etc")!.Value.User.ShouldBe(0u);
        (await rig.RunAsync(request with { ScriptFile = "missing.sh" })).Result.FailMessage.ShouldBe("There is no script 'missing.sh' in the package.");
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/outside")]
    [InlineData("a/../../outside")]
    [InlineData("")]
    [InlineData("a//b")]
    public async Task Files_stay_in_the_folder(string name)
    {
        (await rig.RunAsync(ScriptRig.Bash("true") with { Files = [new ScriptFile(name, "x"u8.ToArray())] })).Result.FailMessage.ShouldNotBeNull();
        (await rig.RunAsync(ScriptRig.Bash("true") with { ScriptFile = name })).Result.FailMessage.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nothing_of_a_folder_is_left_whatever_a_script_made_in_it()
    {
        (await rig.RunAsync("""
            mkdir -p closed/inner; touch closed/inner/file; chmod 0 closed/inner closed
            ln -s / root; ln -s "$PWD" self; mkfifo pipe
            for i in $(seq 1 600); do mkdir -p 01234567890123456789 && cd 01234567890123456789; done
            """)).Succeeded();
        Directory.GetDirectories(rig.Options.WorkDirectory).ShouldBeEmpty();
        Directory.Exists("/etc").ShouldBeTrue();
    }

    [Fact]
    public async Task A_work_directory_that_another_user_owns_is_refused()
    {
        Directory.CreateDirectory(rig.Options.WorkDirectory);
        LibC.SetOwner(rig.Options.WorkDirectory, 65534, 65534);
        await rig.Folders.StartAsync(default);
        (await rig.RunAsync("echo ran")).Result.FailMessage!.ShouldContain("(Scripts:WorkDirectory) must be a folder of user");
        Directory.GetFileSystemEntries(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    private static string Nobody { get; } = SystemUser.Find(user => user.Name == "octologin-script")?.Id.ToString(CultureInfo.InvariantCulture) ?? "65534";

    public void Dispose() => rig.Dispose();
}
