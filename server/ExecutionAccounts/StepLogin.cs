using System.Text;
using OctoLogin.Accounts;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;

namespace OctoLogin.ExecutionAccounts;

/// <summary>The ID tokens of one try of an action, and what its script gets of them and of its accounts. They are in memory and in the script's folder, nowhere else.</summary>
public sealed class StepLogin
{
    /// <summary>How often it is looked whether a token is to be renewed: the clock may be set meanwhile, or the machine sleep.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ChosenAccounts chosen;
    private readonly StepTokens tokens;
    private readonly Func<string, string?> value;
    private readonly Dictionary<string, HeldToken> held;
    private ServedFiles? served;

    /// <param name="value">A variable of the action.</param>
    /// <exception cref="TaskFailedException">A token cannot be made.</exception>
    internal StepLogin(ChosenAccounts chosen, StepTokens tokens, Func<string, string?> value)
    {
        (this.chosen, this.tokens, this.value) = (chosen, tokens, value);
        held = chosen.All.Where(account => account.Details is OidcDetails).ToDictionary(account => account.Id, account => tokens.Issue(account, chosen.Place, value));
        Values = [.. chosen.Variables.SelectMany(variable => tokens.ValuesOf(variable.Value, held.GetValueOrDefault(variable.Value.Id)?.Token)
            .Select(one => one with { Name = $"{variable.Key}.{one.Name}" }).Prepend(new(variable.Key, variable.Value.Id, false)))];
        if (chosen.Main is { } main && held.TryGetValue(main.Id, out var own))
        {
            Values = [.. Values, new($"Octopus.{AccountValues.Jwt}", own.Token.Jwt, true)];
        }
    }

    /// <summary>What the script and the action's other values see of the accounts.</summary>
    public IReadOnlyList<AccountValue> Values { get; }

    public void Serve(ServedFiles files, IDictionary<string, string> environment)
    {
        served = files;
        foreach (var account in chosen.Clouds.Values)
        {
            // What came before, such as fetching packages, may have taken long.
            Write(account, IsOld(account) ? tokens.Issue(account, chosen.Place, value) : held.GetValueOrDefault(account.Id));
            foreach (var (name, text) in tokens.EnvironmentOf(account, files.PathOf(TokenFile(account)), files.PathOf(SettingsFile), chosen.Place, value))
            {
                environment[name] = text;
            }
        }
    }

    /// <summary>Writes each token anew at half of its life, until the script has ended.</summary>
    public async Task RenewAsync(ActivityLog log, CancellationToken cancel)
    {
        var renewed = chosen.Clouds.Values.Where(account => held.ContainsKey(account.Id)).ToList();
        while (renewed.Count > 0)
        {
            await Task.Delay(Interval, cancel);
            foreach (var account in renewed.Where(IsOld).ToList())
            {
                if (await RenewAsync(account, cancel) is { } fault)
                {
                    log.Warning($"The token file of account '{account.Name}' is not renewed any more: {fault}");
                    renewed.Remove(account);
                }
            }
        }
    }

    /// <returns>Why it may not be.</returns>
    private async Task<string?> RenewAsync(Account account, CancellationToken cancel)
    {
        var (now, fault) = await tokens.FindAgainAsync(account, chosen.Place, cancel);
        if (now is null)
        {
            return fault;
        }
        try
        {
            Write(account, tokens.Issue(now, chosen.Place, value));
            return null;
        }
        catch (Exception refusal) when (refusal is TaskFailedException or IOException or UnauthorizedAccessException)
        {
            return refusal.Message;
        }
    }

    private void Write(Account account, HeldToken? token)
    {
        if (token is null)
        {
            return;
        }
        held[account.Id] = token;
        served!.Write(TokenFile(account), Encoding.ASCII.GetBytes(token.Token.Jwt));
        if (account.Details is GoogleOidcDetails google)
        {
            served.Write(SettingsFile, tokens.GoogleSettingsOf(google, token.Token.Audience, served.PathOf(TokenFile(account))));
        }
    }

    private bool IsOld(Account account) => held.TryGetValue(account.Id, out var token) && tokens.IsOld(token);

    private static string TokenFile(Account account) => $"{CloudAction.Of(account.AccountType)!.Value.ToString().ToLowerInvariant()}-token";

    private const string SettingsFile = "google-settings.json";
}
