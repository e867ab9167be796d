return await OctoLogin.CommandLine.Verbs.RunAsync(args);
