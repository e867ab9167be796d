// Tag sets and tenants as setup code makes them with @octopusdeploy/api-client. Environment: OCTOPUS_URL, OCTOPUS_API_KEY.
import assert from "node:assert/strict";
import client from "@octopusdeploy/api-client";

const { Client, EnvironmentRepository, LifecycleRepository, NewProject, ProjectGroupRepository, ProjectRepository, TagSetRepository, TenantRepository, TenantedDeploymentMode } = client;
const { OCTOPUS_URL: url, OCTOPUS_API_KEY: apiKey } = process.env;
const spaceName = "Default";
const octopus = await Client.create({ instanceURL: url, apiKey, userAgentApp: "octologin-tests" });
const done = (what) => console.log(`ok - ${what}`);

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return { status: error.StatusCode, message: error.message };
  }
  assert.fail("the server should have refused this");
}

const tagSets = new TagSetRepository(octopus, spaceName);
const ring = await tagSets.create({ Name: "Node ring", Tags: [{ Name: "Early", Color: "#FF0000" }, { Name: "Late", Color: "#00FF00", Description: "the careful" }] });
const region = await tagSets.create({ Name: "Node region", Description: "where", Tags: [{ Name: "EU", Color: "#0000FF" }] });
assert.deepEqual(ring.Tags.map((tag) => [tag.CanonicalTagName, tag.Color, tag.SortOrder]), [["Node ring/Early", "#FF0000", 0], ["Node ring/Late", "#00FF00", 1]]);
assert.deepEqual(await tagSets.get(ring.Id), ring);
assert.deepEqual((await tagSets.list({ partialName: "node r", take: 10 })).Items.map((set) => set.Id), [ring.Id, region.Id]);
await tagSets.sort([region.Id, ring.Id]);
assert.deepEqual((await tagSets.list({ ids: [ring.Id, region.Id] })).Items.map((set) => set.Id), [region.Id, ring.Id]);
done("tag sets");

const environments = new EnvironmentRepository(octopus, spaceName);
const dev = await environments.create({ Name: "Node dev" });
const live = await environments.create({ Name: "Node live" });
const [group] = (await new ProjectGroupRepository(octopus, spaceName).list({ take: 1 })).Items;
const [lifecycle] = (await new LifecycleRepository(octopus, spaceName).list({ take: 1 })).Items;
const projects = new ProjectRepository(octopus, spaceName);
const project = await projects.create({ ...NewProject("Node tenanted", group, lifecycle), TenantedDeploymentMode: TenantedDeploymentMode.TenantedOrUntenanted });

const tenants = new TenantRepository(octopus, spaceName);
const acme = await tenants.create({ Name: "Node Acme", Description: "first", TenantTags: ["Node ring/Early", "Node region/EU"], ProjectEnvironments: { [project.Id]: [dev.Id, live.Id] } });
const beta = await tenants.create({ Name: "Node Beta", TenantTags: ["Node ring/Late"] });
assert.match(acme.Id, /^Tenants-\d+$/);
assert.deepEqual(await tenants.get(acme.Id), acme);
assert.deepEqual(await tenants.get("node-acme"), acme);
assert.deepEqual(acme.ProjectEnvironments, { [project.Id]: [dev.Id, live.Id] });
const changed = await tenants.modify({ ...beta, Description: "second", ProjectEnvironments: { [project.Id]: [dev.Id] } });
assert.deepEqual(changed, { ...beta, Description: "second", ProjectEnvironments: { [project.Id]: [dev.Id] } });
const names = async (args) => (await tenants.list(args)).Items.map((tenant) => tenant.Name);
assert.deepEqual(await names({ projectId: project.Id }), ["Node Acme", "Node Beta"]);
assert.deepEqual(await names({ tags: "Node ring/Early,Node region/EU" }), ["Node Acme"]);
assert.deepEqual(await names({ partialName: "BETA", skip: 0, take: 5 }), ["Node Beta"]);
assert.deepEqual(await names({ ids: [beta.Id] }), ["Node Beta"]);
done("tenants");

const test = await tenants.tagTest([acme.Id, beta.Id], ["Node ring/Early", "Node region/EU"]);
assert.equal(test[acme.Id].IsMatched, true);
assert.deepEqual([test[beta.Id].IsMatched, test[beta.Id].MissingTags], [false, ["Node ring/Early", "Node region/EU"]]);
assert.deepEqual(Object.keys((await tenants.getVariables(acme)).ProjectVariables), [project.Id]);
assert.deepEqual((await tenants.getProjectVariables(acme, true)).Variables, []);
assert.deepEqual(await tenants.missingVariables({ tenantId: acme.Id }, true), []);
done("tag test and variables");

const inUse = await refusal(tagSets.del(ring));
assert.equal(inUse.status, 409);
assert.match(inUse.message, /tenant Node Acme/);
const unknown = await refusal(tenants.create({ Name: "x", TenantTags: ["Node ring/Never"] }));
assert.equal(unknown.status, 400);
assert.match(unknown.message, /'Node ring\/Never'/);
assert.equal((await refusal(environments.del(live))).status, 409);
const renamed = await tagSets.modify({ ...ring, Tags: [{ ...ring.Tags[0], Name: "First" }, ring.Tags[1]] });
assert.equal(renamed.Tags[0].CanonicalTagName, "Node ring/First");
assert.deepEqual((await tenants.get(acme.Id)).TenantTags, ["Node region/EU", "Node ring/First"]);
const machines = await environments.machines(dev);
assert.equal(machines.TotalResults, 0);
done("refused what would tear things apart, renamed a tag");

for (const tenant of [acme, beta]) await tenants.del(tenant);
await projects.del(project);
for (const environment of [dev, live]) await environments.del(environment);
for (const set of [ring, region]) await tagSets.del(set);
assert.equal((await tagSets.list({ partialName: "node" })).TotalResults, 0);
console.log("all done");
