using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OctoLogin.Tests.Support.LongestFirst))]

namespace OctoLogin.Tests.Support;

/// <summary>
/// The classes that take longest begin first: one that began last would run on while nothing else is left. Most wait for processes and
/// containers rather than compute, so more of them run at once than the machine has cores (xunit.runner.json).
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        Containers.ServerImageCollection.Name, "EveryPageLooksTests", "SoakTests", "ExchangeKillTests", "KillTests", "NodeTests", "EmbeddedPostgresKillTests", "EmbeddedPostgresTests", "StartFaultTests", "IssuerKeysTests",
        "QueueTests", "PushKillTests", "RunTests", "RoutePermissionTests", "FuzzTests", "IssuerSettingsTests", "WorkflowTests", "RestartTests", "WorkerTests", "MyAccountPageTests", "CompanySignInTests", "SigningKeyTests", "KeySetAttackTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Place(collection))];

    // A class without a collection of its own making is named in «Test collection for NAMESPACE.CLASS (id: …)».
    private static int Place(ITestCollection collection) =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName == name || collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is >= 0 and var place
            ? place : Longest.Length;
}
