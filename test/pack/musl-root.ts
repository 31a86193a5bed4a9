// A small root of musl, as Alpine has it: Debian's own package of musl, and Alpine's libstdc++ and libgcc_s, which a wheel on
// PyPI brings (musl-libraries.txt). Nothing of glibc is in it.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { guestBase } from '../guest/base.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { succeed } from './artefacts.ts';

const machines = { x64: { debian: 'amd64', musl: 'x86_64' }, arm64: { debian: 'arm64', musl: 'aarch64' } } as const;

export interface MuslRoot {
  root: string;
  /** The folder of libstdc++ and libgcc_s. */
  libraries: string;
}

export function muslRoot(t: TestContext, machine: keyof typeof machines, ...packages: string[]): MuslRoot {
  const root = temporaryFolder(t);
  const { debian, musl } = machines[machine];
  for (const folder of ['usr/bin', 'usr/lib']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ['bin', 'lib']) symlinkSync(`usr/${folder}`, join(root, folder));
  for (const file of debianPackages(t, debian, ['musl', ...packages])) {
    succeed('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"', 'sh', file, root]);
  }
  const libraries = join(root, `usr/lib/${musl}-linux-musl`);
  for (const file of alpineLibraries(t, musl)) {
    // The wheel gives them names of its own, by which they ask for each other.
    const name = file.includes('/libstdc++') ? 'libstdc++.so.6' : file.slice(file.lastIndexOf('/') + 1);
    copyFileSync(file, join(libraries, name));
  }
  assert.ok(!existsSync(join(root, `usr/lib/${musl}-linux-gnu`)), 'there is no glibc');
  return { root, libraries };
}

/** Packages of Debian 13 for a machine that need not be this one: by this machine's apt, with lists of its own. */
function debianPackages(t: TestContext, architecture: string, names: readonly string[]): string[] {
  const state = temporaryFolder(t, { status: '', 'lists/partial/.keep': '', 'cache/archives/partial/.keep': '' });
  const etc = join(guestBase('trixie').tree, 'etc/apt');
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures::': architecture,
    'APT::Sandbox::User': 'root',
    'Dir::State': state,
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'Dir::Etc::sourcelist': join(etc, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::trustedparts': join(etc, 'trusted.gpg.d'),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  succeed('apt-get', ['-q', ...options, 'update']);
  succeed('apt-get', ['-q', ...options, 'download', ...names], { cwd: state });
  const files = readdirSync(state).filter((name) => name.endsWith('.deb'));
  assert.equal(files.length, names.length, String(files));
  return files.map((name) => join(state, name));
}

function alpineLibraries(t: TestContext, machine: string): string[] {
  const folder = temporaryFolder(t);
  const python = join(projectRoot, '.venv/bin/python');
  const wanted = [
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '-r',
    join(projectRoot, 'test/pack/musl-libraries.txt'),
  ];
  const platform = ['--platform', `musllinux_1_2_${machine}`, '--python-version', '313', '--implementation', 'cp'];
  succeed(python, ['-m', 'pip', 'download', '-q', '--disable-pip-version-check', ...wanted, ...platform, '-d', folder]);
  const [wheel] = readdirSync(folder);
  assert.ok(wheel);
  succeed(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
  const libraries = join(folder, 'greenlet.libs');
  return readdirSync(libraries).map((name) => join(libraries, name));
}
