using System.Text;
using OctoLogin.Action;

// Without arguments this is the action's step; `revoke` is its post step (action/revoke says why that is an argument).
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
var commands = new WorkflowCommands(output, Environment.GetEnvironmentVariable);
var http = new HttpCalls();

if (args is ["revoke"])
{
    new Revocation(commands, http, TimeProvider.System).Run(Environment.GetEnvironmentVariable);
    return 0;
}

try
{
    new Login(commands, http, TimeProvider.System).Run(Environment.GetEnvironmentVariable);
    return 0;
}
catch (Exception failure)
{
    FailureReport.Write(commands, failure);
    return 1;
}
