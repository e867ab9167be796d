// Pushes packages and build information with @octopusdeploy/api-client as it comes from npm, as the official actions do.
// Environment: OCTOPUS_URL, OCTOPUS_API_KEY or OCTOPUS_ACCESS_TOKEN, PROJECT whose process uses package Npm.Web, FOLDER to write files to.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import client from "@octopusdeploy/api-client";

const { BuildInformationRepository, Client, OverwriteMode, PackageIdentity, PackageRepository, ReleaseRepository } = client;
const { OCTOPUS_URL: url, OCTOPUS_API_KEY: apiKey, OCTOPUS_ACCESS_TOKEN: accessToken, PROJECT: project, FOLDER: folder } = process.env;
const spaceName = "Default";
const octopus = await Client.create({ instanceURL: url, apiKey, accessToken, userAgentApp: "octologin-tests" });
const done = (what) => console.log(`ok - ${what}`);

async function file(name, size) {
  const place = path.join(folder, name);
  await writeFile(place, randomBytes(size));
  return place;
}

const packages = new PackageRepository(octopus, spaceName);
const pushed = await Promise.all([file("Npm.Web.1.9.0.zip", 1000), file("Npm.Web.1.10.0.zip", 20_000_000), file("Npm.Db.1.0.0-rc.1+5.nupkg", 1000)]);
await packages.push(pushed);
const found = await packages.list({ filter: "npm.web" });
assert.deepEqual(found.Items.map((item) => [item.Id, item.Version, item.FileExtension, item.FeedId]), [
  ["packages-Npm.Web.1.10.0", "1.10.0", ".zip", "feeds-builtin"], ["packages-Npm.Web.1.9.0", "1.9.0", ".zip", "feeds-builtin"],
]);
assert.deepEqual((await packages.list({ nuGetPackageId: "Npm.Web", latest: true, includeNotes: true, skip: 0, take: 5 })).Items.map((item) => item.Version), ["1.10.0"]);
const db = await packages.get("packages-Npm.Db.1.0.0-rc.1+5");
assert.deepEqual([db.PackageId, db.Version], ["Npm.Db", "1.0.0-rc.1+5"]);
assert.ok(Math.abs(Date.now() - Date.parse(db.Published)) < 600_000);
done("pushed and found");

await assert.rejects(packages.push([pushed[1]]), /A package with the same name and version already exists/);
await assert.rejects(packages.push([await file("Npm.Web.zip", 10)]), /has no version.*Acme\.Web\.1\.2\.3/);
await packages.push([pushed[1]], OverwriteMode.IgnoreIfExists);
done("refused the second, ignored it when asked to");

// The client has a repository of feeds, which its package does not export: the same requests.
const feeds = await octopus.request("~/api/{spaceId}/feeds{?skip,take,ids,partialName,feedType}", { spaceName, feedType: "BuiltIn", skip: 0, take: 5 });
assert.deepEqual(feeds.Items.map((item) => item.Id), ["feeds-builtin"]);
assert.equal((await octopus.request("~/api/{spaceId}/feeds{/id}", { spaceName, id: "feeds-builtin" })).FeedType, "BuiltIn");
done("built-in feed");

const builds = new BuildInformationRepository(octopus, spaceName);
const build = {
  spaceName, BuildEnvironment: "GitHub Actions", BuildNumber: "288", BuildUrl: "https://github.com/octo-org/hello/actions/runs/1", Branch: "main", VcsType: "Git",
  VcsRoot: "https://github.com/octo-org/hello", VcsCommitNumber: "314cf2c3ee916c92a384c2796a6abe332d678e4f",
  Commits: [{ Id: "314cf2c3ee916c92a384c2796a6abe332d678e4f", Comment: "created by npm" }],
  Packages: [new PackageIdentity("Npm.Web", "1.10.0"), new PackageIdentity("Npm.Db", "1.0.0-rc.1+5")],
};
await builds.push(build);
assert.equal((await packages.get("packages-Npm.Web.1.10.0")).PackageVersionBuildInformation?.VcsCommitNumber, build.VcsCommitNumber);
await assert.rejects(builds.push(build), /Metadata for the specified Package ID and version already exists\./);
await builds.push(build, OverwriteMode.IgnoreIfExists);
done("build information");

const releases = new ReleaseRepository(octopus, spaceName);
const made = await releases.create({ spaceName, ProjectName: project });
const release = await octopus.request("~/api/{spaceId}/releases/{id}", { spaceName, id: made.ReleaseId });
assert.deepEqual(release.SelectedPackages.map((item) => item.Version), ["1.10.0"]);
done("released the newest");
console.log("all done");
