// lib-users rules names the policy in force, the user's own first, under the ids that plans give.

import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { shippedRules } from '../../src/policy/shipped.ts';
import { runCli } from '../support/cli.ts';

const config =
  'kind: lib-users/config\nschema_version: 1.0.0\npolicy:\n  - {unit: "a*", path: /opt/*, action: signal, signal: HUP, reason: ours}\n';

test('json', () => {
  const { code, stdout } = runCli(['rules', '--no-config', '--config', '-', '--json'], { input: config });
  const { policy } = JSON.parse(stdout) as { policy: { id: string }[] };
  equal(code, 0);
  deepEqual(policy[0], {
    ...{ id: 'standard input:4', scope: null, programs: [], when: 'affected', units: ['a*'], paths: ['/opt/*'] },
    ...{ action: 'signal', signal: 'HUP', reason: 'ours', source: 'standard input' },
  });
  deepEqual(
    policy.slice(1).map(({ id }) => id),
    shippedRules.map(({ id }) => id),
  );
});

test('text', () => {
  const { stdout } = runCli(['rules', '--no-config', '--config', '-', '--format', 'text'], { input: config });
  match(stdout, /^standard input:4\n {2}a\*\n {2}\/opt\/\*\n {2}signal HUP: ours\n {2}standard input$/m);
  match(stdout, /^lxcfs\n {2}lxcfs\.service\n {2}manual: /m);
});
