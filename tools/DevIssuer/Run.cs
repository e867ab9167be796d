namespace OctoLogin.DevIssuer;

/// <summary>Server and issuer for as long as this program lives, the demonstration once.</summary>
internal static class Run
{
    public static async Task<int> RunAsync(RunOptions options, CancellationToken cancel)
    {
        try
        {
            PrivateFile.MakeDirectory(options.DataDirectory, othersPassThrough: Environment.IsPrivilegedProcess);
            await using var server = LocalServer.Start(options);
            Story.Step($"The server starts at {options.Url}, with its data in {options.DataDirectory}");
            var took = await server.ReadyAsync(cancel);
            Story.Checked($"GET /health/ready: 200, after {took.TotalSeconds:0.0} s");
            await using var issuer = await DevIssuer.StartAsync(options, cancel);
            Story.Checked($"a development issuer signs ID tokens as GitHub does: {issuer.Url} (on this machine only, believed in Development only)");
            await new Demonstration(options, server, issuer).RunAsync(cancel);
            Console.WriteLine("\nThe main job works: a login without a stored secret, and a release made with it.");
            return options.Once ? 0 : await ServeAsync(options, server, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"A file in {options.DataDirectory} cannot be used: {fault.Message}");
        }
    }

    private static async Task<int> ServeAsync(RunOptions options, LocalServer server, CancellationToken cancel)
    {
        Console.WriteLine(
            $"""

            The server goes on at {options.Url} until Ctrl-C. What you can do now:

              Open the portal    {options.Url}/app and sign in as admin with: cat {options.AdminPasswordFile}
              Ask the API        curl -H "X-Octopus-ApiKey: $(cat {options.AdminKeyFile})" {options.Url}/api/users/me
              Browse the API     {options.Url}/api/docs
              See the discovery  {options.Url}/.well-known/openid-configuration
              Read the log       {options.ServerLog}

              Register your own repository (the command line works beside the running server):
                ./octologin service-account create my-app --role 'Build server'
                ./octologin identity add my-app --github OWNER/REPO --branch main
              and in its workflow use this repository's action with the GUID that the first command prints. GitHub's runners must
              reach the server: docs/deployment.md says how to put it on a public name with TLS.

              Start again with the same data: ./run          Begin anew: rm -r {options.DataDirectory}
            """);
        await Task.WhenAny(server.Ended, Task.Delay(Timeout.Infinite, cancel));
        if (!cancel.IsCancellationRequested)
        {
            throw await server.EndedFaultAsync();
        }
        Console.WriteLine("\nEnding.");
        return 0;
    }
}
