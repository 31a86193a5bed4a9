// Bills of materials and sums: valid by the official schema, and true of the executable that they describe.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, out, run, succeed, unpack, version } from './artefacts.ts';

interface Component {
  name: string;
  version: string;
  purl: string;
}
const read = (name: string) => JSON.parse(readFileSync(artefact(name), 'utf8'));
const arch = process.arch as 'x64' | 'arm64';

test('every bill of materials is valid CycloneDX 1.6', (t) => {
  const python = join(projectRoot, '.venv/bin/python');
  const installed = spawnSync(python, ['-c', 'import cyclonedx.validation.json']).status === 0;
  if (!skipUnless(t, installed, 'needs .venv with test/requirements.txt')) return;
  const program = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for path in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(path).read())
    if error: sys.exit(f'{path}: {error}')`;
  const files = readdirSync(out).filter((name) => name.endsWith('.cdx.json'));
  assert.ok(files.length >= 2, String(files));
  succeed(python, ['-c', program, ...files.map(artefact)]);
  const broken = join(out, 'SHA256SUMS');
  assert.notEqual(run(python, ['-c', program, broken]).code, 0, 'the validator refuses what is none');
});

test('it names Node, then OpenSSL, and every package that the bundle took something from', () => {
  const { components } = read(`lib-users-${version}-linux-${arch}.cdx.json`) as { components: Component[] };
  assert.deepEqual(
    components.slice(0, 2).map(({ name }) => name),
    ['node', 'openssl'],
  );
  for (const name of [
    'v8',
    'libuv',
    'zlib',
    'icu',
    'sqlite',
    '@oclif/core',
    'yaml',
    '@noble/hashes',
    'fast-xml-builder',
  ]) {
    assert.ok(
      components.some((component) => component.name === name && /^\d/.test(component.version)),
      name,
    );
  }
  const npm = read(`lib-users-${version}.cdx.json`) as { components: Component[] };
  const libraries = components.filter(({ purl }) => npm.components.some((other) => other.purl === purl));
  assert.equal(libraries.length, npm.components.length, 'the npm package has the same libraries, and no Node');
});

test('the versions are those of the executable, which is the one that was described', (t) => {
  const file = join(unpack(arch, temporaryFolder(t)), 'lib-users');
  const document = read(`lib-users-${version}-linux-${arch}.cdx.json`);
  const openssl = document.components.find(({ name }: Component) => name === 'openssl').version;
  assert.ok(readFileSync(file).includes(`OpenSSL ${openssl} `), `OpenSSL ${openssl} is in the executable`);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  assert.deepEqual(document.metadata.component.hashes, [{ alg: 'SHA-256', content: sha256 }]);
});

test('SHA256SUMS holds every artefact', () => {
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
});
