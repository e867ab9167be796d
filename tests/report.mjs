// Reads the test program's CTRF report: lists what was skipped and what failed, then prints the closing line that CI reads.
//   node report.mjs REPORT EXIT-CODE
import { readFileSync } from 'node:fs';

const [path, exitCode] = process.argv.slice(2);
let results;
try {
  results = JSON.parse(readFileSync(path, 'utf8')).results;
} catch (error) {
  console.log(`The test program left no report: ${error.message}`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

const indented = text => text.split('\n').map(line => `     ${line}`).join('\n');
// The message whole, and where it came from: what failed once on another machine may not fail again.
const why = test => [test.message ?? `it ended as '${test.status}'`, ...(test.trace ?? '').split('\n').slice(0, 25)].join('\n');
const withStatus = status => results.tests.filter(test => test.status === status);
const passed = withStatus('passed').length;
const skipped = withStatus('skipped');
// What these tests start in processes of their own; each runs as part of the test that starts it. Any other explicit test would be one that nobody runs.
const entryPoints = ['OctoLogin.Tests.Scripts.OtherProcessTests'];
const started = withStatus('pending').filter(test => entryPoints.includes(test.extra?.type));
const failed = results.tests.filter(test => test.status !== 'passed' && test.status !== 'skipped' && !started.includes(test));
const errors = results.extra.suites.flatMap(suite => suite.errors ?? []);

const byReason = new Map();
for (const test of skipped) {
  const reason = test.extra?.reason ?? 'no reason given';
  byReason.set(reason, [...(byReason.get(reason) ?? []), test.name]);
}
for (const [reason, names] of byReason) console.log(`== SKIPPED: ${reason}\n     ${names.join('\n     ')}`);
if (started.length > 0) console.log(`== Run by other tests, in processes of their own: ${started.map(test => test.name.split('.').at(-1)).join(', ')}`);
for (const test of failed) console.log(`== FAILED: ${test.name}\n${indented(why(test))}`);
for (const error of errors) console.log(`== ERROR: ${error.type} of ${error.name}; see above`);

// A program that ended badly though each test was well (a crash while it cleaned up, say) is a failure too.
let failures = failed.length + errors.length;
if (failures === 0 && exitCode !== '0') {
  console.log(`== ERROR: the test program ended with exit code ${exitCode}`);
  failures = 1;
}
if (passed + failures === 0) console.log('== No test ran.');
console.log(`${passed} passed, ${failures} failed, ${skipped.length} skipped`);
process.exit(failures > 0 || passed === 0 ? 1 : 0);
