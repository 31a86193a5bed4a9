// Finds, builds or installs the programs that are measured. Programs that are made here go below build/bench/.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';

const buildFolder = join(projectRoot, 'build/bench');
let built: Promise<string> | null = null;

/** The file that the npm package has, and a clone after its build. */

/** A program that this machine lacks, and the reason. */
export class Unavailable extends Error {}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Unavailable(`${program} ${args[0]}: ${error?.message ?? stderr.trim()}`);
}

/** Compiles one of this folder's C programs. */
export function compile(name: string, ...flags: string[]): string {
  const out = join(buildFolder, name);
  mkdirSync(buildFolder, { recursive: true });
  run('cc', ['-O2', '-Wall', '-Werror', ...flags, '-o', out, join(projectRoot, 'test/bench', `${name}.c`)]);
  return out;
}

/** Node from the npm registry, unless this Node already has the version. */
export function node(version: string): string {
  if (process.version === `v${version}`) return process.execPath;
  const folder = join(buildFolder, `node-${version}`);
  const name = `node-linux-${process.arch}`;
  const path = join(folder, 'node_modules', name, 'bin/node');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) run('npm', ['install', '--silent', '--no-save', '--prefix', folder, `${name}@${version}`]);
  return path;
}

/** A command of the Python package lib_users, in a virtual environment of the system's own Python. */
export function pythonCommand(name: string, version: string): string {
  const folder = join(buildFolder, `lib_users-${version}`);
  const path = join(folder, 'bin', name);
  if (existsSync(path)) return path;
  run('/usr/bin/python3', ['-m', 'venv', folder]);
  run(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', `lib_users==${version}`]);
  return path;
}

/** A program of the distribution. */
export function installed(name: string): string {
  const path = ['/usr/bin', '/usr/sbin', '/bin', '/sbin']
    .map((each) => join(each, name))
    .find((each) => existsSync(each));
  if (path === undefined) throw new Unavailable('not installed');
  return path;
}

/**
 * The executable as `npm run pack` packs it, built from the present sources and copied as an installation copies it. The file of its
 * builder lies in the page cache in larger pieces, and each whole piece counts as resident.
 */
export function executable(): Promise<string> {
  built ??= buildCopy();
  return built;
}

async function buildCopy(): Promise<string> {
  const { buildExecutable } = await import(join(projectRoot, 'scripts/pack/executable.mjs'));
  mkdirSync(buildFolder, { recursive: true });
  try {
    const path = join(buildFolder, 'lib-users');
    copyFileSync(buildExecutable(process.arch), path);
    return path;
  } catch (error) {
    throw new Unavailable(`cannot be built: ${(error as Error).message}`);
  }
}
