using System.Net.Http.Headers;
using System.Text.Json;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Azure.Core;
using Azure.Identity;
using Google.Apis.Auth.OAuth2;

// What any tool in a step's script does: logs in by the cloud's own SDK, which is told nothing and finds in the environment whom to log in as.
// Prints who it is then; a token only as a file, for the test.
Console.WriteLine(args[0] switch
{
    "aws" => await AwsAsync(),
    "azure" => await AzureAsync(),
    "google" => await GoogleAsync(args[1]),
    _ => throw new ArgumentException($"'{args[0]}' is no cloud."),
});

static async Task<string> AwsAsync()
{
    using var sts = new AmazonSecurityTokenServiceClient();
    return (await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest())).Arn;
}

static async Task<string> AzureAsync()
{
    const string management = "https://management.azure.com";
    var token = await new WorkloadIdentityCredential().GetTokenAsync(new TokenRequestContext([$"{management}/.default"]), CancellationToken.None);
    using var http = new HttpClient();
    http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
    var subscription = await http.GetStringAsync(new Uri($"{management}/subscriptions/{Environment.GetEnvironmentVariable("AZURE_SUBSCRIPTION_ID")}?api-version=2022-12-01"));
    return JsonDocument.Parse(subscription).RootElement.GetProperty("displayName").GetString()!;
}

static async Task<string> GoogleAsync(string file)
{
    var account = (await GoogleCredential.GetApplicationDefaultAsync()).CreateScoped("https://www.googleapis.com/auth/cloud-platform");
    await File.WriteAllTextAsync(file, await account.UnderlyingCredential.GetAccessTokenForRequestAsync());
    return "logged in";
}
