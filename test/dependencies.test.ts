// The dependency review finds each fault that it looks for: each row breaks one thing of the present installation.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project.ts';
import { temporaryFolder } from './support/temporary.ts';

interface Reviewed {
  lock: { packages: Record<string, Record<string, unknown>> };
  manifest: { dependencies?: object; devDependencies: Record<string, string> };
  bundled: { name: string; version: string; license: string }[];
  page: string;
}

const { review } = (await import(join(projectRoot, 'scripts/review-dependencies.mjs'))) as {
  review(of: Reviewed): string[];
};
const { bundle } = await import(join(projectRoot, 'scripts/build/bundle.mjs'));
const { bundledPackages } = await import(join(projectRoot, 'scripts/pack/licenses.mjs'));
const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
const installed: Reviewed = {
  lock: JSON.parse(read('package-lock.json')),
  manifest: JSON.parse(read('package.json')),
  bundled: bundledPackages((await bundle()).metafile),
  page: read('docs/dependencies.md'),
};

test('dependencies: what is bundled is what docs/dependencies.md has a reason for, and all that is installed passes', () => {
  assert.deepEqual(review(installed), []);
});

const yaml = ({ lock }: Reviewed) => lock.packages['node_modules/yaml']!;
const rows: [name: string, change: (of: Reviewed) => unknown, problem: RegExp][] = [
  [
    'a run-time dependency',
    ({ manifest }) => (manifest.dependencies = { yaml: '2.9.1' }),
    /^yaml is a run-time dependency/,
  ],
  ['a range', ({ manifest }) => (manifest.devDependencies.yaml = '^2.9.1'), /^yaml is not pinned/],
  ['a licence', (of) => (yaml(of).license = 'GPL-3.0'), /^yaml 2\.9\.1: its licence is GPL-3\.0$/],
  ['no licence', (of) => delete yaml(of).license, /its licence is undefined/],
  [
    'another source',
    (of) => (yaml(of).resolved = 'https://example.org/yaml.tgz'),
    /it comes from https:\/\/example\.org/,
  ],
  ['no checksum', (of) => delete yaml(of).integrity, /it has no checksum/],
  ['a weak checksum', (of) => (yaml(of).integrity = 'sha1-x'), /a weak one/],
  ['an install script', (of) => (yaml(of).hasInstallScript = true), /has an install script/],
  ['a newer Node', (of) => (yaml(of).engines = { node: '>=22' }), /wants Node >=22/],
  [
    'bundled without a reason',
    (of) => of.bundled.push({ name: 'left-pad', version: '1.0.0', license: 'MIT' }),
    /^left-pad is bundled .* nothing of it$/,
  ],
  [
    'another version',
    (of) => (of.bundled.find(({ name }) => name === 'yaml')!.version = '2.9.2'),
    /^yaml is bundled \(2\.9\.2, ISC\)/,
  ],
  [
    'a reason for nothing',
    (of) => (of.bundled = of.bundled.filter(({ name }) => name !== 'yaml')),
    /^yaml is not bundled/,
  ],
];
for (const [name, change, problem] of rows) {
  test(`dependencies: ${name}`, () => {
    const broken = structuredClone(installed);
    change(broken);
    const problems = review(broken);
    assert.equal(problems.length, 1, problems.join('; '));
    assert.match(problems[0]!, problem);
  });
}

const audits: [name: string, signatures: string, advisories: string, status: number, said: RegExp, args?: string[]][] =
  [
    ['all well', '{"invalid":[],"missing":[]}', '{"vulnerabilities":{}}', 0, /has signed.*\n.*no advisory/],
    [
      'a wrong signature',
      '{"invalid":[{"name":"yaml","version":"2.9.1"}],"missing":[]}',
      '{"vulnerabilities":{}}',
      1,
      /yaml 2\.9\.1: the signature is invalid/,
    ],
    [
      'no signature',
      '{"invalid":[],"missing":[{"name":"yaml","version":"2.9.1"}]}',
      '{"vulnerabilities":{}}',
      1,
      /is missing/,
    ],
    [
      'an advisory about what is bundled',
      '{"invalid":[],"missing":[]}',
      '{"vulnerabilities":{"yaml":{"name":"yaml","severity":"high","range":"<3"}}}',
      1,
      /yaml <3: high\n/,
    ],
    [
      'an advisory about a tool',
      '{"invalid":[],"missing":[]}',
      '{"vulnerabilities":{"prettier":{"name":"prettier","severity":"low","range":"<4"}}}',
      0,
      /prettier <4: low, not in the bundle/,
    ],
    [
      'no answer',
      '{"error":{"summary":"ENOTFOUND"}}',
      '{"message":"405"}',
      0,
      /signatures were NOT CHECKED.*ENOTFOUND[\s\S]*advisories were NOT CHECKED.*405/,
    ],
    [
      'no answer where one is required',
      '{"error":{"summary":"ENOTFOUND"}}',
      '{"vulnerabilities":{}}',
      1,
      /NOT CHECKED/,
      ['--require'],
    ],
    ['no npm to be understood', 'oops', '', 0, /signatures were NOT CHECKED[\s\S]*advisories were NOT CHECKED/],
  ];
for (const [name, signatures, advisories, status, said, args = []] of audits) {
  test(`audit: ${name}`, (t) => {
    const npm = `#!/bin/sh\ncase "$*" in "audit signatures "*) echo '${signatures}' ;; *) echo '${advisories}' ;; esac\nexit 1\n`;
    const folder = temporaryFolder(t, { npm });
    chmodSync(join(folder, 'npm'), 0o755);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const answer = spawnSync(process.execPath, [join(projectRoot, 'scripts/audit.mjs'), ...args], {
      env,
      encoding: 'utf8',
    });
    assert.match(answer.stdout + answer.stderr, said);
    assert.equal(answer.status, status, answer.stderr);
  });
}
