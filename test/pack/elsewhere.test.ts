// `npm run pack` of the same sources in another folder, by a person with another environment: the same bytes. And with a Bun of
// one's own, a right that the LGPL gives to everyone who has the executable.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { plainEnvironment } from '../support/cli.ts';
import { projectRoot } from '../support/project.ts';
import { artefact, hostTarget, out, run, succeed, unpack, version } from './artefacts.ts';

const place = mkdtempSync(join(tmpdir(), 'lib-users-elsewhere-'));
const elsewhere = join(place, 'a folder of another length', 'sources');
const archive = `lib-users-${version}-linux-${hostTarget}`;
const packed = join(elsewhere, 'build/pack');
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

before(() => {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const tracked = succeed('git', listed, { cwd: projectRoot }).split('\0').filter(Boolean);
  for (const name of [...tracked, '.git', 'node_modules']) {
    cpSync(join(projectRoot, name), join(elsewhere, name), { recursive: true, verbatimSymlinks: true });
  }
  cpSync(join(projectRoot, 'build/bun'), join(elsewhere, 'build/bun'), { recursive: true });
});
after(() => rmSync(place, { recursive: true, force: true }));

function pack(...args: string[]): void {
  const home = join(place, 'home');
  const env = { ...plainEnvironment(), HOME: home, TZ: 'Asia/Kathmandu', LC_ALL: 'C', SOURCE_DATE_EPOCH: undefined };
  const script = 'umask 077 && exec npm run --silent pack -- "$@"';
  const { code, stdout, stderr } = run('sh', ['-c', script, 'sh', ...args], { cwd: elsewhere, env, timeout: 600_000 });
  assert.equal(code, 0, stdout + stderr);
}

test('another folder, home, time zone, locale and umask: every file is the same to the byte', () => {
  pack('--target', hostTarget);
  const names = readdirSync(packed).filter((name) => name !== 'SHA256SUMS');
  for (const end of ['.tar.xz', '.deb', '.rpm', '.tgz', '.tar.gz', '.cdx.json']) {
    assert.ok(
      names.some((name) => name.endsWith(end)),
      end,
    );
  }
  const sums = (folder: string) => names.map((name) => `${sha256(join(folder, name))}  ${name}`);
  assert.deepEqual(sums(packed), sums(out));
  const executable = `build/stage/${hostTarget}/lib-users`;
  assert.equal(sha256(join(elsewhere, executable)), sha256(join(unpack(hostTarget, place), 'lib-users')));
});

test("--runtime: the program runs on a Bun of one's own", () => {
  const pinned = JSON.parse(readFileSync(join(projectRoot, 'scripts/pack/bun.json'), 'utf8'));
  const name = { x64: 'bun-linux-x64-baseline', arm64: 'bun-linux-aarch64' }[hostTarget];
  const bytes = readFileSync(join(projectRoot, `build/bun/${name}-${pinned.version}/bun`));
  // A word that a compiler wrote, and nothing reads.
  const [word, mine] = ['rustc version', 'rustc changed'];
  const at = bytes.lastIndexOf(word);
  assert.ok(at > 0, word);
  bytes.write(mine, at);
  const own = join(place, 'my bun');
  writeFileSync(own, bytes);
  chmodSync(own, 0o755);

  pack('--target', hostTarget, '--format', 'tar', '--runtime', own);
  const folder = join(place, 'unpacked');
  mkdirSync(folder);
  succeed('tar', ['-xJf', join(packed, `${archive}.tar.xz`), '-C', folder]);
  const file = join(folder, archive, 'lib-users');
  assert.ok(readFileSync(file).includes(mine));
  assert.equal(run(file, ['--version']).stdout, `lib-users ${version}\n`);
  const { components } = JSON.parse(readFileSync(join(packed, `${archive}.cdx.json`), 'utf8'));
  const [bun, part] = components;
  assert.deepEqual(bun.hashes, [{ alg: 'SHA-256', content: sha256(own) }]);
  assert.equal('version' in bun || 'purl' in bun || 'version' in part, false, 'nothing is said that is not known');
  assert.notEqual(
    sha256(file),
    JSON.parse(readFileSync(artefact(`${archive}.cdx.json`), 'utf8')).metadata.component.hashes[0].content,
  );
});

const hmacs: [name: string, script: string, says: RegExp][] = [
  ['ignores the key', "printf %s $(printf 'what do ya want for nothing?' | sha256sum | cut -c1-64)", /a wrong HMAC/],
  ['knows no HMAC', 'exit 1', /it makes no HMAC/],
];
for (const [name, script, says] of hmacs) {
  test(`refuses a runtime that ${name}, and makes nothing`, () => {
    const own = join(place, 'odd bun');
    writeFileSync(own, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const args = ['--target', hostTarget, '--format', 'tar', '--runtime', own];
    const result = run(process.execPath, [join(elsewhere, 'scripts/pack.mjs'), ...args]);
    assert.match(result.stderr, says);
    assert.deepEqual([result.code, result.stdout], [2, '']);
  });
}

const refused: [args: string[], says: RegExp][] = [
  [['--runtime', '/bin/true'], /--runtime is the Bun of one target: name that target, --target x64/],
  [
    ['--target', 'x64', '--runtime', '/nonexistent/bun'],
    /--runtime \/nonexistent\/bun is not there: name the file of a Bun for x64/,
  ],
  [['--target', 'mips'], /unknown: mips; --target is one of x64, arm64, x64-musl, arm64-musl/],
];
for (const [args, says] of refused) {
  test(`refuses ${args.join(' ')}, and makes nothing`, () => {
    const result = run(process.execPath, [join(elsewhere, 'scripts/pack.mjs'), ...args]);
    assert.match(result.stderr, says);
    assert.deepEqual([result.code, result.stdout], [2, '']);
  });
}
