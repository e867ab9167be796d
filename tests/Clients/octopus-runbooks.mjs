// Drives runbooks with @octopusdeploy/api-client as it comes from npm. Environment: OCTOPUS_URL, OCTOPUS_API_KEY, PROJECT (an Id).
import assert from "node:assert/strict";
import client from "@octopusdeploy/api-client";

const {
  Client, PackageRequirement, ProjectRepository, RunbookEnvironmentScope, RunbookProcessRepository, RunbookRepository, RunbookRetentionUnit, RunbookSnapshotRepository,
  RunCondition, RunConditionForAction, StartTrigger, TenantedDeploymentMode, isRunbookProcess, processResourcePermission,
} = client;
const { OCTOPUS_URL: url, OCTOPUS_API_KEY: apiKey, PROJECT: projectId } = process.env;
const octopus = await Client.create({ instanceURL: url, apiKey, userAgentApp: "octologin-tests" });
const done = (what) => console.log(`ok - ${what}`);
const project = await new ProjectRepository(octopus, "Default").get(projectId);

const runbooks = new RunbookRepository(octopus, "Default", project);
const runbook = await runbooks.create({
  ProjectId: project.Id, Name: "Restart", Description: "by npm", EnvironmentScope: RunbookEnvironmentScope.All, MultiTenancyMode: TenantedDeploymentMode.Untenanted,
  DefaultGuidedFailureMode: "EnvironmentDefault", RunRetentionPolicy: { QuantityToKeep: 10, ShouldKeepForever: false, Unit: RunbookRetentionUnit.Items },
});
assert.match(runbook.Id, /^Runbooks-\d+$/);
assert.equal(runbook.RunbookProcessId, `RunbookProcess-${runbook.Id}`);
assert.deepEqual(await runbooks.get(runbook.Id), runbook);
assert.deepEqual(await runbooks.get(runbook.Slug), runbook);
assert.deepEqual((await runbooks.list({ partialName: "RESTART", skip: 0, take: 5 })).Items, [runbook]);
const change = { ...runbook, Description: "changed by npm", MultiTenancyMode: TenantedDeploymentMode.TenantedOrUntenanted };
assert.deepEqual(await runbooks.modify(change), change);
done("runbook");

const processes = new RunbookProcessRepository(octopus, "Default", project);
const empty = await processes.get(runbook);
assert.ok(isRunbookProcess(empty));
assert.equal(processResourcePermission(empty), "RunbookEdit");
empty.Steps = [
  {
    Id: "", Name: "Say hello", Condition: RunCondition.Success, PackageRequirement: PackageRequirement.LetOctopusDecide, StartTrigger: StartTrigger.StartAfterPrevious, Properties: {},
    Actions: [
      {
        Id: "", Name: "Say hello", ActionType: "Octopus.Script", Notes: null, IsDisabled: false, CanBeUsedForProjectVersioning: false, IsRequired: false, WorkerPoolId: null,
        Container: { Image: null, FeedId: null }, WorkerPoolVariable: "", Environments: [], ExcludedEnvironments: [], Channels: [], TenantTags: [], Packages: [],
        Condition: RunConditionForAction.Success,
        Properties: { "Octopus.Action.Script.ScriptBody": "echo hello", "Octopus.Action.Script.Syntax": "Bash", Password: { HasValue: true, NewValue: "npm-secret" } },
      },
    ],
  },
];
const written = await processes.update(empty);
assert.equal(written.Version, 1);
assert.deepEqual(written.Steps[0].Actions[0].Properties.Password, { HasValue: true });
assert.deepEqual(await processes.get(runbook), written);
assert.equal((await processes.update(written)).Version, 2);
done("runbook process");

const snapshots = new RunbookSnapshotRepository(octopus, "Default", project);
const draft = await snapshots.create(runbook, "Draft", false);
assert.equal((await runbooks.get(runbook.Id)).PublishedRunbookSnapshotId ?? null, null);
const published = await snapshots.create(runbook, "Published", true, "notes");
assert.match(published.Id, /^RunbookSnapshots-\d+$/);
assert.equal(published.Notes, "notes");
assert.equal(published.FrozenRunbookProcessId, `${runbook.RunbookProcessId}-s-2`);
assert.equal(published.FrozenProjectVariableSetId, `variableset-${project.Id}-s-0`);
assert.equal((await runbooks.get(runbook.Id)).PublishedRunbookSnapshotId, published.Id);
const back = { ...(await runbooks.get(runbook.Id)), PublishedRunbookSnapshotId: draft.Id };
assert.deepEqual(await runbooks.modify(back), back);
done("runbook snapshots");

await runbooks.del(runbook);
assert.equal((await runbooks.list()).TotalResults, 0);
console.log("all done");
