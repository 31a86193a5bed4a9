// Bills of materials, notices and sums: valid by the official schema, and true of the executable that they describe.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, hostTarget, out, run, succeed, targets, unpack, version } from './artefacts.ts';

interface Component {
  type: string;
  name: string;
  version?: string;
  purl: string;
  licenses: ({ license: { id: string } } | { expression: string })[];
  externalReferences?: { type: string; url: string; hashes?: { alg: string; content: string }[] }[];
}
interface Bill {
  metadata: { component: { hashes: unknown } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
  compositions: unknown;
}
const read = (name: string): Bill => JSON.parse(readFileSync(artefact(name), 'utf8'));
const billOf = (target: string): Bill => read(`lib-users-${version}-linux-${target}.cdx.json`);
const licensesOf = ({ licenses }: Component): string[] =>
  licenses.map((each) => ('expression' in each ? each.expression : each.license.id));

test('every bill of materials is valid CycloneDX 1.6', (t) => {
  if (!needs(t, 'cyclonedx.validation.json')) return;
  const python = join(projectRoot, '.venv/bin/python');
  const program = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for path in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(path).read())
    if error: sys.exit(f'{path}: {error}')`;
  const files = readdirSync(out).filter((name) => name.endsWith('.cdx.json'));
  assert.equal(files.length, targets.length + 1, String(files));
  succeed(python, ['-c', program, ...files.map(artefact)]);
  const broken = join(out, 'SHA256SUMS');
  assert.notEqual(run(python, ['-c', program, broken]).code, 0, 'the validator refuses what is none');
});

for (const target of targets) {
  test(`the bill of ${target} names Bun and the package that it came from, what Bun links, and what the bundle holds`, () => {
    const { components, dependencies, compositions } = billOf(target);
    const pinned = JSON.parse(readFileSync(join(projectRoot, 'scripts/pack/bun.json'), 'utf8'));
    const [bun] = components as [Component];
    assert.deepEqual([bun.type, bun.name, bun.version], ['platform', 'bun', pinned.version]);
    const [{ url, hashes: [sum] = [] } = { url: '' }] = bun.externalReferences ?? [];
    const [, name] = /^pkg:npm\/%40(oven\/bun-linux-.*)@/.exec(url) ?? [];
    assert.equal(name?.includes('musl'), target.includes('musl'), url);
    assert.equal(name?.includes(target.startsWith('x64') ? 'x64' : 'aarch64'), true, url);
    assert.equal(sum?.alg, 'SHA-512');
    const content = Buffer.from(sum?.content ?? '', 'hex').toString('base64');
    assert.equal(`sha512-${content}`, pinned.integrity[`@${name}`]);

    const linked = dependencies.find(({ ref }) => ref === 'bun')?.dependsOn ?? [];
    const parts = components.filter(({ purl }) => linked.includes(purl));
    assert.equal(parts.length, linked.length);
    for (const part of ['JavaScriptCore', 'boringssl', 'sqlite', 'icu', 'zlib-ng', 'mimalloc', 'tinycc']) {
      assert.match(parts.find((each) => each.name === part)?.version ?? 'none', /^(?:\d[\d.]+|[0-9a-f]{40})$/, part);
    }
    for (const part of ['brotli', 'lsquic', 'libjpeg-turbo', 'simdutf']) {
      const found = parts.find((each) => each.name === part);
      assert.ok(found && !('version' in found), `${part}, of which Bun gives no version`);
    }
    assert.deepEqual(compositions, [{ aggregate: 'incomplete', dependencies: ['bun'] }]);

    const npm = read(`lib-users-${version}.cdx.json`).components;
    for (const { purl } of npm)
      assert.ok(
        components.some((each) => each.purl === purl),
        purl,
      );
    assert.equal(components.length, 1 + parts.length + npm.length);
  });
}

test('the versions are those of the executable, which is the one that was described', (t) => {
  const bytes = readFileSync(join(unpack(hostTarget, temporaryFolder(t)), 'lib-users'));
  const { metadata, components } = billOf(hostTarget);
  const commits = components.filter((each) => /^[0-9a-f]{40}$/.test(each.version ?? ''));
  assert.ok(commits.length > 10, String(commits.length));
  for (const { name, version: commit = '' } of commits) assert.ok(bytes.includes(commit), `${name} ${commit}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  assert.deepEqual(metadata.component.hashes, [{ alg: 'SHA-256', content: sha256 }]);
});

test('the notices say that JavaScriptCore is under the LGPL, where its source is and how to relink', (t) => {
  const notices = readFileSync(join(unpack(hostTarget, temporaryFolder(t)), 'THIRD-PARTY-LICENSES'), 'utf8');
  const { components } = billOf(hostTarget);
  const lesser = components.filter((each) => licensesOf(each).join().includes('LGPL'));
  assert.deepEqual(
    lesser.map(({ name }) => name),
    ['JavaScriptCore', 'tinycc'],
  );
  for (const { name, version: commit, externalReferences } of lesser) {
    const [source] = externalReferences ?? [];
    assert.ok(notices.includes(`${name} ${commit}: LGPL-`), name);
    assert.ok(source && notices.includes(source.url) && source.url.endsWith(`/tree/${commit}`), name);
  }
  assert.match(notices, /--runtime FILE/);
  assert.match(notices, /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1, February 1999/);
  for (const { name } of components) assert.ok(notices.includes(name), name);
});

test('the RPM names every licence that is in the executable', (t) => {
  if (!needs(t, 'rpm')) return;
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[hostTarget];
  const query = ['-qp', '--queryformat', '%{LICENSE}', artefact(`lib-users-${version}-1.${machine}.rpm`)];
  const named = idsOf([succeed('rpm', query)]);
  assert.deepEqual(named, idsOf(['MIT', ...billOf(hostTarget).components.flatMap(licensesOf)]));
});

const idsOf = (expressions: readonly string[]): string[] =>
  [...new Set(expressions.flatMap((each) => each.split(/[ ()]+/)))]
    .filter((word) => !/^(?:AND|OR|WITH|)$/.test(word))
    .sort();

test('SHA256SUMS holds every artefact, of every target', () => {
  succeed('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out });
  const named = readFileSync(artefact('SHA256SUMS'), 'utf8')
    .match(/ \S+$/gm)
    ?.map((name) => name.trim());
  assert.deepEqual(
    named,
    readdirSync(out)
      .filter((name) => name !== 'SHA256SUMS')
      .sort(),
  );
  for (const target of targets) assert.ok(named?.includes(`lib-users-${version}-linux-${target}.tar.xz`), target);
});
