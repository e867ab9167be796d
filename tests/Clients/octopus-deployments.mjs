// What a workflow does after its login, with @octopusdeploy/api-client as it comes from npm: packages pushed, a release made of them, deployed,
// a runbook run, tasks awaited and cancelled.
// Environment: OCTOPUS_URL, OCTOPUS_SPACE, OCTOPUS_API_KEY or OCTOPUS_ACCESS_TOKEN. MARK: a text that stands in the command line of what must be gone after a cancel.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import client from "@octopusdeploy/api-client";

const {
  Client, DeploymentProcessRepository, DeploymentRepository, EnvironmentRepository, LifecycleRepository, NewProject, OverwriteMode, PackageRequirement,
  PackageRepository, ProjectGroupRepository, ProjectRepository, ReleaseRepository, RunbookEnvironmentScope, RunbookProcessRepository, RunbookRepository, RunbookRunRepository,
  RunbookSnapshotRepository, RunCondition, ServerTaskRepository, ServerTaskWaiter, SpaceServerTaskRepository, StartTrigger, TagSetRepository, TaskState, TenantedDeploymentMode,
  TenantRepository, ZipPackageBuilder,
} = client;
const { OCTOPUS_URL: url, OCTOPUS_SPACE: spaceName = "Default", OCTOPUS_API_KEY: apiKey, OCTOPUS_ACCESS_TOKEN: accessToken, MARK: mark = "npm-mark" } = process.env;
const octopus = await Client.create({ instanceURL: url, apiKey, accessToken, userAgentApp: "octologin-tests" });
const done = (what) => console.log(`ok - ${what} (${(performance.now() / 1000).toFixed(1)} s)`);
const waiter = new ServerTaskWaiter(octopus, spaceName);
const tasks = new SpaceServerTaskRepository(octopus, spaceName);
const releases = new ReleaseRepository(octopus, spaceName);
const deployments = new DeploymentRepository(octopus, spaceName);

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("the server should have refused this");
}

await pushPackages();
const { project, dev, live } = await setUp();
await releaseWithPins();
await deployToTwo();
await deployScheduled();
await deployTenanted();
await runRunbook();
await cancelRunning();
await cancelOnTimeout();
console.log("all done");
// The client leaves timers of its time-outs behind.
process.exit(0);

async function pushPackages() {
  const folder = await mkdtemp(join(tmpdir(), "npm-packages-"));
  await writeFile(join(folder, "deploy.sh"), 'echo "deploying from deploy.sh of the package, beside $(ls)"\n');
  await writeFile(join(folder, "config.json"), '{ "from": "Acme.Db" }\n');
  const files = [];
  for (const [packageId, version, pattern] of [["Acme.Web", "1.0.0", "deploy.sh"], ["Acme.Web", "1.1.0", "deploy.sh"], ["Acme.Db", "2.0.0", "config.json"], ["Acme.Db", "2.1.0-rc.1", "config.json"]]) {
    const name = await new ZipPackageBuilder().pack({ packageId, version, basePath: folder, inputFilePatterns: [pattern], outputFolder: folder, overwrite: true, logger: console });
    files.push(join(folder, name));
  }
  const packages = new PackageRepository(octopus, spaceName);
  await packages.push(files, OverwriteMode.FailIfExists);
  assert.equal((await refusal(packages.push([files[0]], OverwriteMode.FailIfExists))).StatusCode ?? 409, 409);
  await packages.push([files[0]], OverwriteMode.IgnoreIfExists);
  const found = await packages.list({ nuGetPackageId: "Acme.Web" });
  assert.deepEqual(found.Items.map((item) => [item.PackageId, item.Version]), [["Acme.Web", "1.1.0"], ["Acme.Web", "1.0.0"]]);
  assert.equal((await packages.list({ nuGetPackageId: "Acme.Db", latest: true })).Items[0].Version, "2.1.0-rc.1");
  assert.equal((await packages.get("packages-Acme.Web.1.0.0")).Version, "1.0.0");
  await rm(folder, { recursive: true });
  done("packages pushed and found");
}

function script(name, body, more = {}, properties = {}) {
  return {
    Id: "", Name: name, Condition: RunCondition.Success, PackageRequirement: PackageRequirement.LetOctopusDecide, StartTrigger: StartTrigger.StartAfterPrevious, Properties: {},
    Actions: [
      {
        Id: "", Name: name, ActionType: "Octopus.Script", Notes: null, IsDisabled: false, CanBeUsedForProjectVersioning: false, IsRequired: false, WorkerPoolId: null,
        Container: { Image: null, FeedId: null }, WorkerPoolVariable: "", Environments: [], ExcludedEnvironments: [], Channels: [], TenantTags: [], Packages: [],
        Properties: {
          "Octopus.Action.RunOnServer": "true", "Octopus.Action.Script.ScriptSource": "Inline", "Octopus.Action.Script.Syntax": "Bash", "Octopus.Action.Script.ScriptBody": body, ...properties,
        },
        ...more,
      },
    ],
  };
}

async function setUp() {
  const environments = new EnvironmentRepository(octopus, spaceName);
  const dev = await environments.create({ Name: "npm dev" });
  const live = await environments.create({ Name: "npm live" });
  const [group] = (await new ProjectGroupRepository(octopus, spaceName).list({ take: 1 })).Items;
  const [lifecycle] = (await new LifecycleRepository(octopus, spaceName).list({ take: 1 })).Items;
  const projects = new ProjectRepository(octopus, spaceName);
  const made = await projects.create(NewProject("npm deployed", group, lifecycle));
  const project = await projects.modify({ ...made, TenantedDeploymentMode: TenantedDeploymentMode.TenantedOrUntenanted });
  const processes = new DeploymentProcessRepository(octopus, spaceName);
  const deploymentProcess = await processes.get(project);
  deploymentProcess.Steps = [
    script("Deploy web", "", { Packages: [{ Id: "", Name: "", PackageId: "Acme.Web", FeedId: "feeds-builtin", AcquisitionLocation: "Server", Properties: {} }] },
      { "Octopus.Action.Script.ScriptSource": "Package", "Octopus.Action.Script.ScriptFileName": "deploy.sh" }),
    script("Migrate", 'cat "$(get_octopusvariable "Octopus.Action.Package[db].ExtractedPath")/config.json"; set_octopusvariable Done yes',
      { Packages: [{ Id: "", Name: "db", PackageId: "Acme.Db", FeedId: "feeds-builtin", AcquisitionLocation: "Server", Properties: { Extract: "True" } }] }),
    script("Tell", 'echo "#{Octopus.Project.Name} #{Octopus.Release.Number} in #{Octopus.Environment.Name}, migrated: #{Octopus.Action[Migrate].Output.Done}"'),
    script("Maybe wait", `[ "#{Octopus.Release.Number}" != "9.9.9" ] || { (exec -a ${mark} sleep 600) & exec -a ${mark} sleep 600; }`),
  ];
  await processes.update(project, deploymentProcess);
  done("project with a process");
  return { project, dev, live };
}

async function releaseWithPins() {
  const selected = async (version, more) => {
    const made = await releases.create({ spaceName, ProjectName: project.Name, ReleaseVersion: version, ...more });
    return (await releases.get(made.ReleaseId)).SelectedPackages.map((one) => one.Version);
  };
  assert.deepEqual(await selected("1.0.0", {}), ["1.1.0", "2.1.0-rc.1"], "the newest in the feed");
  assert.deepEqual(await selected("1.1.0", { Packages: ["Deploy web:1.0.0"] }), ["1.0.0", "2.1.0-rc.1"], "Step:Version");
  assert.deepEqual(await selected("1.2.0", { Packages: ["Acme.Db:2.0.0"] }), ["1.1.0", "2.0.0"], "Id:Version");
  assert.deepEqual(await selected("1.3.0", { Packages: ["Migrate:db:2.0.0", "*:1.0.0"] }), ["1.0.0", "2.0.0"], "Step:Reference:Version, and * for the rest");
  await releases.create({ spaceName, ProjectName: project.Name, ReleaseVersion: "9.9.9", PackageVersion: "1.0.0", Packages: ["Acme.Db:2.0.0"] });
  done("release with package pins");
}

async function deployToTwo() {
  const made = await deployments.create({ spaceName, ProjectName: project.Name, ReleaseVersion: "1.3.0", EnvironmentNames: ["npm dev", "npm live"] });
  const ids = made.DeploymentServerTasks.map((task) => task.ServerTaskId);
  assert.equal(ids.length, 2);
  const seen = new Set();
  const ended = await waiter.waitForServerTasksToComplete(ids, 200, 60_000, (task) => seen.add(task.State));
  for (const task of ended) {
    assert.ok(task.FinishedSuccessfully && task.State === TaskState.Success, JSON.stringify(task) + (await tasks.getRaw(task.Id)));
  }
  const raw = await tasks.getRaw(ids[0]);
  for (const line of ["deploying from deploy.sh of the package", '"from": "Acme.Db"', "npm deployed 1.3.0 in npm dev, migrated: yes"]) {
    assert.ok(raw.includes(line), raw);
  }
  const details = await tasks.getDetails(ids[0]);
  assert.deepEqual(details.ActivityLogs[0].Children.map((step) => [step.Name, step.Status]),
    [["Step 1: Deploy web", "Success"], ["Step 2: Migrate", "Success"], ["Step 3: Tell", "Success"], ["Step 4: Maybe wait", "Success"]]);
  const listed = await deployments.list({ projects: [project.Id], environments: [dev.Id], taskState: TaskState.Success });
  assert.deepEqual(listed.Items.map((one) => one.TaskId), [ids[0]]);
  assert.equal((await deployments.get(made.DeploymentServerTasks[1].DeploymentId)).EnvironmentId, live.Id);
  const unknown = await refusal(deployments.create({ spaceName, ProjectName: project.Name, ReleaseVersion: "1.3.0", EnvironmentNames: ["npm dev", "npm nowhere"] }));
  assert.ok(unknown.message.includes("'npm nowhere'"), unknown.message);
  done("deployed to two environments at once");
}

async function deployScheduled() {
  const RunAt = new Date(Date.now() + 86_400_000 + 123);
  const NoRunAfter = new Date(RunAt.getTime() + 3_600_456);
  const made = await deployments.create({ spaceName, ProjectName: project.Name, ReleaseVersion: "1.0.0", EnvironmentNames: ["npm dev"], RunAt, NoRunAfter });
  const [{ ServerTaskId }] = made.DeploymentServerTasks;
  const task = await tasks.getById(ServerTaskId);
  assert.equal(task.State, TaskState.Queued);
  assert.equal(new Date(task.QueueTime).getTime(), RunAt.getTime());
  assert.equal(new Date(task.QueueTimeExpiry).getTime(), NoRunAfter.getTime());
  await new ServerTaskRepository(octopus).cancel(ServerTaskId);
  assert.equal((await tasks.getById(ServerTaskId)).State, TaskState.Canceled);
  done("scheduled with times exact to the millisecond");
}

async function deployTenanted() {
  await new TagSetRepository(octopus, spaceName).create({ Name: "Ring", Tags: [{ Name: "Alpha", Color: "#333333" }, { Name: "Beta", Color: "#333333" }] });
  const tenants = new TenantRepository(octopus, spaceName);
  const connected = { [project.Id]: [dev.Id] };
  const first = await tenants.create({ Name: "npm first", TenantTags: ["Ring/Alpha"], ProjectEnvironments: connected });
  const second = await tenants.create({ Name: "npm second", TenantTags: ["Ring/Alpha"], ProjectEnvironments: connected });
  await tenants.create({ Name: "npm third", TenantTags: ["Ring/Beta"], ProjectEnvironments: connected });
  const made = await deployments.createTenanted({ spaceName, ProjectName: project.Name, ReleaseVersion: "1.1.0", EnvironmentName: "npm dev", Tenants: [], TenantTags: ["Ring/Alpha"] });
  const ended = await waiter.waitForServerTasksToComplete(made.DeploymentServerTasks.map((task) => task.ServerTaskId), 200, 60_000);
  assert.deepEqual(ended.map((task) => task.State), ["Success", "Success"]);
  const listed = await deployments.list({ tenants: [first.Id, second.Id] });
  assert.deepEqual(listed.Items.map((one) => one.TenantId).sort(), [first.Id, second.Id].sort());
  done("tenanted by tag");
}

async function runRunbook() {
  const runbooks = new RunbookRepository(octopus, spaceName, project);
  const keep = { QuantityToKeep: 100, ShouldKeepForever: false };
  const runbook = await runbooks.create({
    Name: "npm runbook", ProjectId: project.Id, MultiTenancyMode: TenantedDeploymentMode.Untenanted, EnvironmentScope: RunbookEnvironmentScope.All, DefaultGuidedFailureMode: "EnvironmentDefault",
    RunRetentionPolicy: keep,
  });
  const processes = new RunbookProcessRepository(octopus, spaceName, project);
  const process = await processes.get(runbook);
  process.Steps = [script("Restart", 'echo "restarting in #{Octopus.Environment.Name}"')];
  await processes.update(process);
  const runs = new RunbookRunRepository(octopus, spaceName);
  const unpublished = await refusal(runs.create({ spaceName, ProjectName: project.Name, RunbookName: "npm runbook", EnvironmentNames: ["npm live"] }));
  assert.match(unpublished.message, /publish/i);
  await new RunbookSnapshotRepository(octopus, spaceName, project).create(runbook, "Snapshot 1", true);
  const made = await runs.create({ spaceName, ProjectName: project.Name, RunbookName: "npm runbook", EnvironmentNames: ["npm live"] });
  const [{ RunbookRunId, ServerTaskId }] = made.RunbookRunServerTasks;
  const task = await waiter.waitForServerTaskToComplete(ServerTaskId, 200, 60_000);
  assert.equal(task.State, "Success", await tasks.getRaw(ServerTaskId));
  assert.ok((await tasks.getRaw(ServerTaskId)).includes("restarting in npm live"));
  assert.equal((await runs.get(RunbookRunId)).RunbookId, runbook.Id);
  assert.deepEqual((await runs.list({ runbooks: [runbook.Id], taskState: TaskState.Success })).Items.map((run) => run.Id), [RunbookRunId]);
  done("runbook published and run");
}

async function startLong() {
  const made = await deployments.create({ spaceName, ProjectName: project.Name, ReleaseVersion: "9.9.9", EnvironmentNames: ["npm live"] });
  const [{ ServerTaskId }] = made.DeploymentServerTasks;
  for (let i = 0; (await running()) < 2; i++) {
    assert.ok(i < 600, `the script did not start: ${await tasks.getRaw(ServerTaskId)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return ServerTaskId;
}

/** How many processes of this machine have the mark as their name. */
async function running() {
  let count = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    count += line.split("\0")[0] === mark ? 1 : 0;
  }
  return count;
}

async function cancelRunning() {
  const id = await startLong();
  await new ServerTaskRepository(octopus).cancel(id);
  const task = await waiter.waitForServerTaskToComplete(id, 100, 30_000);
  assert.equal(task.State, TaskState.Canceled);
  assert.equal(await running(), 0, "nothing of its process group is left");
  done("cancelled while running");
}

async function cancelOnTimeout() {
  const id = await startLong();
  const timeout = await refusal(waiter.waitForServerTaskToComplete(id, 100, 1000, undefined, true));
  assert.match(timeout.message, /Tasks were cancelled/);
  const task = await waiter.waitForServerTaskToComplete(id, 100, 30_000);
  assert.equal(task.State, TaskState.Canceled);
  assert.equal(await running(), 0);
  done("cancelled on time-out");
}
