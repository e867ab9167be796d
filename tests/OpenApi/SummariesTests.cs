using OctoLogin.OpenApi;

namespace OctoLogin.Tests.OpenApi;

public sealed class SummariesTests
{
    [Theory]
    [InlineData("List", "api/userroles", "List user roles, a page at a time")]
    [InlineData("All", "api/{space}/lifecycles/all", "List all lifecycles")]
    [InlineData("Get", "api/users/{id}", "Get a user")]
    [InlineData("Create", "api/{space}/environments/v2", "Create an environment")]
    [InlineData("Create", "api/serviceaccounts/{userId}/oidcidentities/create/v1", "Create an OIDC identity of a service account")]
    [InlineData("List", "api/serviceaccounts/{userId}/oidcidentities/v1", "List OIDC identities of a service account, a page at a time")]
    [InlineData("Update", "api/{space}/projects/{id}/deploymentprocesses", "Change a deployment process")]
    [InlineData("GetById", "api/{space}/deploymentprocesses/{id}", "Get a deployment process")]
    [InlineData("ListOfProject", "api/{space}/projects/{projectId}/releases", "List releases of a project, a page at a time")]
    [InlineData("GetVersion", "api/{space}/projects/{projectId}/releases/{version}", "Get a release by its version")]
    [InlineData("Sort", "api/{space}/environments/sortorder", "Sort environments")]
    [InlineData("Sort", "api/{space}/tagsets/sortorder", "Sort tag sets")]
    [InlineData("Create", "api/{space}/machines", "Create a deployment target")]
    [InlineData("ListOfEnvironment", "api/{space}/environments/{environmentId}/machines", "List deployment targets of an environment, a page at a time")]
    [InlineData("ListCategories", "api/events/categories", "List categories")]
    [InlineData("DeleteApiKey", "api/users/{id}/apikeys/{keyId}", "Delete api key")]
    public void A_summary_says_what_the_operation_does(string method, string path, string summary) => Summaries.Of(method, path).ShouldBe(summary);
}
