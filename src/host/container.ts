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

/** The words of PID 1, which a helper of the scan asks for: who reads of a process may have to wait. */
export interface InitEvidence {
  /** Whether its environment names a container's manager; the environment counts only if it may be read. */
  namesContainer: boolean;
  /** Its PID namespace; if only root may read that, the one of whoever asks, who sees PID 1 of the same namespace in its /proc. */
  pidNamespace: string | null;
  /** Whether its root folder is that of whoever asks, in whatever mount namespace; null if that cannot be read. */
  sharesRoot: boolean | null;
}

/** Nothing is known of PID 1. */
export const noEvidence: InitEvidence = { namesContainer: false, pidNamespace: null, sharesRoot: null };

export function readInitEvidence(procPath: string): InitEvidence {
  return {
    namesContainer: environmentNamesContainer(procPath),
    pidNamespace: readLink(`${procPath}/1/ns/pid`) ?? readLink(`${procPath}/self/ns/pid`),
    sharesRoot: sharesRoot(procPath),
  };
}

/** First match wins. What may not be read decides nothing. */
export function readContainer(root: string, procPath: string, init: InitEvidence): RebootUnknown | null {
  const manager = nameManager(root, init.namesContainer);
  if (manager !== null) return inContainer(manager);
  const { pidNamespace, sharesRoot } = init;
  if (pidNamespace !== null && pidNamespace !== initialPidNamespace) {
    return inContainer('PID 1 is in a PID namespace of its own');
  }
  if (sharesRoot === false) {
    const message = `PID 1 of ${procPath} has another root folder: the kernels that it boots cannot be seen from here`;
    return { code: 'other_root', message };
  }
  const file = engineFiles.find((path) => existsSync(join(root, path)));
  if (file === undefined || (sharesRoot && pidNamespace !== null)) return null;
  return inContainer(`/${file} exists, and whether PID 1 is in that container could not be read`);
}

function inContainer(evidence: string): RebootUnknown {
  return { code: 'container', message: `this is a container, which runs on the kernel of its host: ${evidence}` };
}

function nameManager(root: string, inEnvironment: boolean): string | null {
  if (existsSync(join(root, 'run/systemd/container'))) return '/run/systemd/container exists';
  return inEnvironment ? 'container= is in the environment of PID 1' : null;
}

function environmentNamesContainer(procPath: string): boolean {
  const environment = readHostFile(procPath, '1/environ') ?? '';
  return environment.split('\0').some((variable) => /^container=./.test(variable));
}

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
