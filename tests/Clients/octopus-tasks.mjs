// Waits for tasks, reads their logs and cancels one with @octopusdeploy/api-client as it comes from npm.
// Environment: OCTOPUS_URL, OCTOPUS_API_KEY, and the Ids of a QUICK task, a FAILING one and one that is LONG.
import assert from "node:assert/strict";
import client from "@octopusdeploy/api-client";

const { Client, ServerTaskRepository, ServerTaskWaiter, SpaceServerTaskRepository, TaskState } = client;
const { OCTOPUS_URL: url, OCTOPUS_API_KEY: apiKey, QUICK: quick, FAILING: failing, LONG: long } = process.env;
const octopus = await Client.create({ instanceURL: url, apiKey, userAgentApp: "octologin-tests" });
const tasks = new SpaceServerTaskRepository(octopus, "Default");
const waiter = new ServerTaskWaiter(octopus, "Default");

const ended = await waiter.waitForServerTasksToComplete([quick, failing], 50, 30000);
assert.deepEqual(new Map(ended.map((task) => [task.Id, [task.State, task.IsCompleted, task.FinishedSuccessfully]])),
  new Map([[quick, [TaskState.Success, true, true]], [failing, [TaskState.Failed, true, false]]]));
assert.equal((await tasks.getById(failing)).ErrorMessage, "Step 1 failed.");
assert.equal((await tasks.getByIds([quick, failing])).length, 2);

const details = await tasks.getDetails(quick);
assert.equal(details.Task.Id, quick);
assert.deepEqual([details.Progress.ProgressPercentage, details.ActivityLogs[0].Status, details.ActivityLogs[0].Children[0].LogElements[0].MessageText], [100, "Success", "hello"]);
assert.match(await tasks.getRaw(quick), /Info +\| +hello/);

const seen = [];
await assert.rejects(waiter.waitForServerTaskToComplete(long, 50, 500, (task) => seen.push(task.State), true), /Timeout reached after 0.5 seconds. Tasks were cancelled./);
assert.ok(seen.every((state) => state === TaskState.Executing), seen.join());
const canceled = await waiter.waitForServerTaskToComplete(long, 50, 30000);
assert.equal(canceled.State, TaskState.Canceled);
await new ServerTaskRepository(octopus).cancel(quick);
assert.equal((await tasks.getById(quick)).State, TaskState.Success);
console.log("all done");
