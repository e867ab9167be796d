// Drives a server with @octopusdeploy/api-client as it comes from npm: what setup code and CI jobs do with it.
// Environment: OCTOPUS_URL, OCTOPUS_SPACE, and OCTOPUS_API_KEY or OCTOPUS_ACCESS_TOKEN. PREFIX keeps the names of two runs apart.
// WITH_SETUP=no: an account that may create releases and no more, of the project in PROJECT.
import assert from "node:assert/strict";
import client from "@octopusdeploy/api-client";

const {
  Client, DeploymentProcessRepository, EnvironmentRepository, EnvironmentV2Repository, LifecycleRepository, NewProject,
  PackageRequirement, ProjectGroupRepository, ProjectRepository, ReleaseRepository, RunCondition, RunConditionForAction,
  RetentionUnit, SpaceRepository, StartTrigger, userGetCurrent,
} = client;
const { OCTOPUS_URL: url, OCTOPUS_SPACE: spaceName = "Default", OCTOPUS_API_KEY: apiKey, OCTOPUS_ACCESS_TOKEN: accessToken } = process.env;
const prefix = process.env.PREFIX ?? "npm";

const octopus = await Client.create({ instanceURL: url, apiKey, accessToken, userAgentApp: "octologin-tests" });
const done = (what) => console.log(`ok - ${what}`);

/** The message that the client shows its user when the server refuses. */
async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return { status: error.StatusCode, message: error.message };
  }
  assert.fail("the server should have refused this");
}

const info = await octopus.getServerInformation();
assert.match(info.installationId, /^[0-9a-f-]{36}$/);
const me = await userGetCurrent(octopus);
assert.match(me.Id, /^Users-\d+$/);
done(`signed in as ${me.Username}, server ${info.version}`);

const project = process.env.WITH_SETUP === "no" ? await findProject(process.env.PROJECT) : await setUp();
await createReleases(project);
if (process.env.WITH_SETUP === "no") {
  await isRefusedTheRest(project);
} else {
  await tearDown(project);
}
console.log("all done");

async function findProject(name) {
  const found = await new ProjectRepository(octopus, spaceName).list({ partialName: name });
  assert.deepEqual(found.Items.map((item) => item.Name), [name]);
  return found.Items[0];
}

async function setUp() {
  const spaces = await new SpaceRepository(octopus).list({ partialName: spaceName });
  assert.ok(spaces.Items.some((space) => space.Name === spaceName));

  const groups = new ProjectGroupRepository(octopus, spaceName);
  const group = await groups.create({ Name: `${prefix} group`, Description: "made by npm" });
  assert.deepEqual(await groups.get(group.Id), group);
  await crud(groups, group, "ProjectGroups", { Description: "changed by npm" });
  done("project groups");

  const environments = new EnvironmentRepository(octopus, spaceName);
  const dev = await environments.create({ Name: `${prefix} dev`, UseGuidedFailure: false });
  const live = await environments.create({ Name: `${prefix} live`, Description: "customers" });
  await crud(environments, dev, "Environments", { AllowDynamicInfrastructure: true });
  assert.equal((await environments.getEnvironmentByName(`${prefix} DEV`)).Id, dev.Id);
  const v2 = await new EnvironmentV2Repository(octopus, spaceName).list({ partialName: `${prefix} live`, type: "Static", skip: 0, take: 10 });
  assert.deepEqual(v2.Items.map((item) => [item.Id, item.Type]), [[live.Id, "Static"]]);
  await environments.sort([live.Id, dev.Id]);
  const sorted = await environments.list({ ids: [dev.Id, live.Id] });
  assert.deepEqual(sorted.Items.map((item) => item.Id), [live.Id, dev.Id]);
  done("environments, v2, sort order");

  const lifecycles = new LifecycleRepository(octopus, spaceName);
  const keep = { QuantityToKeep: 3, ShouldKeepForever: false, Unit: RetentionUnit.Items };
  const lifecycle = await lifecycles.create({
    Name: `${prefix} lifecycle`,
    ReleaseRetentionPolicy: keep,
    TentacleRetentionPolicy: keep,
    Phases: [
      { Name: "Dev", IsOptionalPhase: false, MinimumEnvironmentsBeforePromotion: 0, OptionalDeploymentTargets: [dev.Id] },
      { Name: "Live", IsOptionalPhase: false, MinimumEnvironmentsBeforePromotion: 1, OptionalDeploymentTargets: [live.Id] },
    ],
  });
  assert.deepEqual(lifecycle.ReleaseRetentionPolicy, { Unit: "Items", QuantityToKeep: 3, ShouldKeepForever: false });
  await crud(lifecycles, lifecycle, "Lifecycles", { Description: "changed by npm" });
  const inUse = await refusal(environments.del(dev));
  assert.equal(inUse.status, 409);
  assert.match(inUse.message, new RegExp(`'${prefix} lifecycle'`));
  done("lifecycles");

  const projects = new ProjectRepository(octopus, spaceName);
  const project = await projects.create(NewProject(`${prefix} project`, group, lifecycle));
  assert.equal(project.PersistenceSettings.Type, "Database");
  await crud(projects, project, "Projects", { Description: "changed by npm" });
  assert.equal((await projects.list({ clonedFromProjectId: project.Id })).TotalResults, 0);
  const twin = await refusal(projects.create(NewProject(`${prefix} PROJECT`, group, lifecycle)));
  assert.equal(twin.status, 409);
  done("projects");

  await writeProcess(project);
  return project;
}

/** By Id, by slug, in lists, changed as a client changes: all that was read goes back. */
async function crud(repository, made, kind, change) {
  assert.match(made.Id, new RegExp(`^${kind}-\\d+$`));
  assert.match(made.SpaceId, /^Spaces-\d+$/);
  assert.equal((await repository.get(made.Slug)).Id, made.Id);
  assert.deepEqual((await repository.list({ ids: [made.Id] })).Items.map((item) => item.Id), [made.Id]);
  const byName = await repository.list({ partialName: made.Name.toUpperCase(), skip: 0, take: 5 });
  assert.ok(byName.Items.some((item) => item.Id === made.Id) && byName.TotalResults >= 1);
  assert.deepEqual(await repository.modify({ ...made, ...change }), { ...made, ...change });
  assert.equal((await refusal(repository.get(`${kind}-999999`))).status, 404);
}

async function writeProcess(project) {
  const processes = new DeploymentProcessRepository(octopus, spaceName);
  const process = await processes.get(project);
  assert.deepEqual(process.Steps, []);
  process.Steps = [
    {
      Id: "", Name: "Say hello", Condition: RunCondition.Success, PackageRequirement: PackageRequirement.LetOctopusDecide,
      StartTrigger: StartTrigger.StartAfterPrevious, Properties: {},
      Actions: [
        {
          Id: "", Name: "Say hello", ActionType: "Octopus.Script", Notes: null, IsDisabled: false, CanBeUsedForProjectVersioning: false, IsRequired: false,
          WorkerPoolId: null, Container: { Image: null, FeedId: null }, WorkerPoolVariable: "", Environments: [], ExcludedEnvironments: [],
          Channels: [], TenantTags: [], Packages: [], Condition: RunConditionForAction.Success,
          Properties: {
            "Octopus.Action.RunOnServer": "true", "Octopus.Action.Script.ScriptSource": "Inline", "Octopus.Action.Script.Syntax": "Bash",
            "Octopus.Action.Script.ScriptBody": "echo hello",
          },
        },
      ],
    },
  ];
  const written = await processes.update(project, process);
  assert.equal(written.Version, process.Version + 1);
  assert.equal(written.Steps[0].Actions[0].Properties["Octopus.Action.Script.ScriptBody"], "echo hello");
  assert.deepEqual(await processes.get(project), written);
  const outdated = await refusal(processes.update(project, process));
  assert.equal(outdated.status, 409);
  assert.match(outdated.message, /no longer at version 0/);
  done("deployment process");
}

async function createReleases(project) {
  const releases = new ReleaseRepository(octopus, spaceName);
  const command = { spaceName, ProjectName: project.Name };
  const first = await releases.create(command);
  const next = await releases.create(command);
  const [a, b] = [first.ReleaseVersion, next.ReleaseVersion].map((version) => version.split(".").map(Number));
  assert.deepEqual(b, [a[0], a[1], a[2] + 1]);
  done(`next version ${next.ReleaseVersion}`);

  const version = `7.${a[2]}.0-${prefix}.1`;
  const given = await releases.create({ ...command, ReleaseVersion: version, ReleaseNotes: "By npm", GitRef: "refs/heads/main", PackageVersion: "1.0.0" });
  assert.equal(given.ReleaseVersion, version);
  const again = await releases.create({ ...command, ReleaseVersion: version, IgnoreIfAlreadyExists: true });
  assert.deepEqual(again, given);
  const refused = await refusal(releases.create({ ...command, ReleaseVersion: version }));
  assert.equal(refused.status, 400);
  assert.ok(refused.message.includes(`Release '${version}' of project '${project.Name}' exists already`), refused.message);
  done(`refused duplicate: ${refused.message.split("\n")[0]}`);

  const unknown = await refusal(releases.create({ ...command, ProjectName: "No such project" }));
  assert.equal(unknown.status, 400);
  assert.ok(unknown.message.includes("'No such project'"), unknown.message);

  const read = await releases.get(given.ReleaseId);
  assert.equal(read.ReleaseNotes, "By npm");
  assert.equal(read.ProjectId, project.Id);
  assert.ok(!Number.isNaN(Date.parse(read.Assembled)));
  assert.ok((await releases.list({ skip: 0, take: 100 })).Items.some((release) => release.Id === given.ReleaseId));
  const found = await releases.listForProject(project.Id, { searchByVersion: version });
  assert.deepEqual(found.Items.map((release) => release.Id), [given.ReleaseId]);
  done("releases listed, searched and read");
}

/** A narrow account, as a CI job's should be. */
async function isRefusedTheRest(project) {
  const refused = await refusal(new ProjectRepository(octopus, spaceName).modify({ ...project, Description: "x" }));
  assert.equal(refused.status, 403);
  assert.match(refused.message, /ProjectEdit/);
  assert.equal((await refusal(new EnvironmentRepository(octopus, spaceName).create({ Name: `${prefix} mine` }))).status, 403);
  assert.equal((await refusal(octopus.get("~/api/users"))).status, 403);
  done(`refused the rest: ${refused.message.split("\n")[0]}`);
}

async function tearDown(project) {
  await new ProjectRepository(octopus, spaceName).del(project);
  const lifecycles = new LifecycleRepository(octopus, spaceName);
  await lifecycles.del(await lifecycles.get(project.LifecycleId));
  const environments = new EnvironmentRepository(octopus, spaceName);
  for (const environment of (await environments.list({ partialName: prefix, take: EnvironmentRepository.TakeAll })).Items) {
    await environments.del(environment);
  }
  const groups = new ProjectGroupRepository(octopus, spaceName);
  await groups.del(await groups.get(project.ProjectGroupId));
  assert.equal((await groups.list({ partialName: prefix })).TotalResults, 0);
  done("deleted all again");
}
