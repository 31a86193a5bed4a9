// What a container leaves behind -> why the kernels on disk are not those that this host boots, or null. Sources of truth:
// systemd's Container Interface (container= in PID 1's environment, /run/systemd/container), pid_namespaces(7), proc(5),
// Docker's /.dockerenv, Podman's /run/.containerenv.

import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { RebootUnknown } from '../documents/generated/report.ts';
import { parseRootMount } from '../procfs/root-mount.ts';
import { initialPidNamespace } from '../procfs/self.ts';
import { readHostFile } from './files.ts';

/** Hosts with a hundred thousand mounts exist. */
const mountinfoLimit = 64 * 1024 * 1024;

/** Files that engines make. One alone proves nothing: a disk image that was made from a container image keeps it. */
const engineFiles = ['.dockerenv', 'run/.containerenv'];

/**
 * First match wins. What may not be read decides nothing.
 * @param inEnvironment what environmentNamesContainer() says
 */
export function readContainer(root: string, procPath: string, inEnvironment: boolean): RebootUnknown | null {
  const manager = nameManager(root, inEnvironment);
  if (manager !== null) return inContainer(manager);
  const namespace = readPidNamespace(procPath);
  if (namespace !== null && namespace !== initialPidNamespace) {
    return inContainer('PID 1 is in a PID namespace of its own');
  }
  const isOwnRoot = sharesRoot(procPath);
  if (isOwnRoot === false) {
    const message = `PID 1 of ${procPath} has another root folder: the kernels that it boots cannot be seen from here`;
    return { code: 'other_root', message };
  }
  const file = engineFiles.find((path) => existsSync(join(root, path)));
  if (file === undefined || (isOwnRoot && namespace !== null)) return null;
  return inContainer(`/${file} exists, and whether PID 1 is in that container could not be read`);
}

function inContainer(evidence: string): RebootUnknown {
  return { code: 'container', message: `this is a container, which runs on the kernel of its host: ${evidence}` };
}

function nameManager(root: string, inEnvironment: boolean): string | null {
  if (existsSync(join(root, 'run/systemd/container'))) return '/run/systemd/container exists';
  return inEnvironment ? 'container= is in the environment of PID 1' : null;
}

/** PID 1's environment counts only if it may be read. It is memory of PID 1, and who reads it may have to wait. */
export function environmentNamesContainer(procPath: string): boolean {
  const environment = readHostFile(procPath, '1/environ') ?? '';
  return environment.split('\0').some((variable) => /^container=./.test(variable));
}

/** PID 1's; where only root may read that, the scanner's own, which sees PID 1 of the same namespace in its /proc. */
function readPidNamespace(procPath: string): string | null {
  return readLink(`${procPath}/1/ns/pid`) ?? readLink(`${procPath}/self/ns/pid`);
}

/** Whether the scanner's root folder is PID 1's, in whatever mount namespace; null if that cannot be read. */
function sharesRoot(procPath: string): boolean | null {
  // A host may have thousands of mounts, which take the kernel milliseconds to print.
  const namespace = readLink(`${procPath}/1/ns/mnt`);
  if (namespace !== null && namespace === readLink(`${procPath}/self/ns/mnt`)) return true;
  const [own, first] = ['self', '1'].map((pid) =>
    parseRootMount(readHostFile(procPath, `${pid}/mountinfo`, mountinfoLimit) ?? ''),
  );
  if (!own || !first) return null;
  return own.device === first.device && own.folder === first.folder;
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
