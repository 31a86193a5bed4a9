// A gate that can be green over ssh, in a booted guest: a library of every login is replaced, everything that the plan says is done
// from within the session, and only the caller's own connection is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, releases } from './base.ts';
import { bootGuest } from './guest.ts';

const node = '/opt/lib-users/node';
const program = placeInGuest('/opt/lib-users/lib-users');

/** Prints the report and the plan before the work, and the plan after it, one a line. */
const script = `set -e
for lib in $(readlink -f /lib/*-linux-gnu/libpam.so.0 /lib/*-linux-gnu/libcrypto.so.3); do
  cp --archive "$lib" "$lib.new"
  mv "$lib.new" "$lib"
done
ask() { ${program.command.join(' ')} "$1" --no-config --config /root/config.yaml --format ndjson --quiet; }
ask scan
ask plan | tee /root/plan.json
${node} /root/carry-out.cjs
ask plan
`;
/** A guest has no seats. */
const config = `kind: lib-users/config
schema_version: 1.0.0
policy: [{unit: systemd-logind.service, action: restart, reason: no seats}]
`;
const carryOut = `const plan = JSON.parse(require('node:fs').readFileSync('/root/plan.json', 'utf8'));
for (const { argv, callers_own } of plan.actions) {
  if (argv !== null && !callers_own) require('node:child_process').execFileSync(argv[0], argv.slice(1));
}
`;

for (const release of releases) {
  test(`${release}: a host is clean but for the session that asks, its user manager and the helper of that`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const binds = { ...program.binds, [process.execPath]: node };
    const guest = await bootGuest(t, { release, cgroup: 'unified', binds });
    await guest.writeFile('/root/work.sh', script);
    await guest.writeFile('/root/config.yaml', config);
    await guest.writeFile('/root/carry-out.cjs', carryOut);
    const { stdout } = await guest.ssh('deploy', ['sudo', 'sh', '/root/work.sh'], { timeout: 120_000 });
    const [report, before, after] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)) as [Report, Plan, Plan];

    const uid = Number((await guest.enter(['id', '--user', 'deploy'])).stdout);
    assert.equal(report.scan.effective_uid, 0, 'under sudo');
    assert.equal(report.scan.caller?.uid, uid);
    assert.ok(report.scan.carriers.includes(`session-${report.scan.caller?.session}.scope`));

    const own = ({ actions }: Plan) => actions.flatMap(({ callers_own, unit }) => (callers_own ? [unit] : []));
    const expected = [`user@${uid}.service`, `user@${uid}.service`, `session-${report.scan.caller?.session}.scope`];
    assert.equal(before.clean, false);
    assert.ok(before.services.includes('ssh.service'), "the ssh server is nobody's own");
    assert.equal(before.actions.find(({ unit }) => unit === 'ssh.service')?.carries_caller, true);
    assert.deepEqual(own(before), expected);
    assert.deepEqual(
      after.actions.filter(({ callers_own }) => !callers_own),
      [],
    );
    assert.deepEqual(own(after), expected);
    assert.equal(after.clean, true);
  });
}
