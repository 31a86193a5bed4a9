// Traces of a container -> the reason why the kernels on disk are not those that this host boots, or null. systemd's Container
// Interface (container= in PID 1's environment, /run/systemd/container), pid_namespaces(7), proc(5), Docker's /.dockerenv,
// Podman's /run/.containerenv.

import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { RebootUnknown } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { parseRootMount } from '../procfs/root-mount.ts';
import { initialPidNamespace } from '../procfs/self.ts';
import { readHostFile } from './files.ts';

/** Some hosts have a hundred thousand mounts. */
const mountinfoLimit = 64 * 1024 * 1024;

/** Files that container engines make. One alone proves nothing, because a disk image made from a container image keeps it. */
const engineFiles = ['.dockerenv', 'run/.containerenv'];

/** Facts about PID 1. A helper of the scan reads them, because a reader of a process may have to wait. */
export interface InitEvidence {
  /** Whether its environment names a container's manager; false also if the environment could not be read. */
  namesContainer: boolean;
  /** Its PID namespace. If only root may read that, the reader's own: the reader sees PID 1 of its own namespace in its /proc. */
  pidNamespace: string | null;
  /** Whether its root folder is the reader's, in any mount namespace; null if it cannot be read. */
  sharesRoot: boolean | null;
}

/** The places of a host to read. */
export interface HostPlaces {
  /** The root of the host's own files: /, except in tests. */
  root: string;
  procPath: string;
  init: InitEvidence;
  /** Returns whether the path is on file systems that cannot hang. */
  isLocal: (path: Bytes) => boolean;
}

/** The value if nothing is known of PID 1. */
export const noEvidence: InitEvidence = { namesContainer: false, pidNamespace: null, sharesRoot: null };

export function readInitEvidence(procPath: string): InitEvidence {
  return {
    namesContainer: environmentNamesContainer(procPath),
    pidNamespace: readLink(`${procPath}/1/ns/pid`) ?? readLink(`${procPath}/self/ns/pid`),
    sharesRoot: sharesRoot(procPath),
  };
}

/** The first match wins. A fact that could not be read decides nothing. */
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
  return inContainer(`/${file} exists, but it could not be read whether PID 1 is in that container`);
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
  // The mount namespace is compared before the tables, because a host may have thousands of mounts, which take milliseconds to print.
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
