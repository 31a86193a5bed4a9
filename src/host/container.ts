// Marks that container managers leave -> whether we are in a container. Sources of truth: systemd's Container Interface
// (container= in PID 1's environment, /run/systemd/container), Docker's /.dockerenv, Podman's /run/.containerenv.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readHostFile } from './files.ts';

const marks = ['run/systemd/container', '.dockerenv', 'run/.containerenv'];

/** PID 1's environment counts only where it may be read. */
export function readInContainer(root: string, procPath: string): boolean {
  if (marks.some((mark) => existsSync(join(root, mark)))) return true;
  const environment = readHostFile(procPath, '1/environ') ?? '';
  return environment.split('\0').some((variable) => /^container=./.test(variable));
}
