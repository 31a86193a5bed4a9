// The role of a gone file: what it is to the process, judged once and for all documents.
// scratch is what a process made and unlinked itself; a restart would only make another.

import type { Bytes } from '../procfs/bytes.ts';
import type { FdFinding, MapFinding } from './finding.ts';

const temporary = /^(\/tmp|\/var\/tmp|\/dev\/shm|\/run\/user\/[0-9]+)\//;
/** Never had a name: memfd_create(2), O_TMPFILE, System V shared memory, shared anonymous memory. */
const neverLinked = /^(\/memfd:|\/SYSV[0-9a-f]{8}$|\/dev\/zero$|\/secretmem$|\/anon_hugepage)/;
/**
 * Where packages put code. What is gone from here may have been replaced by an upgrade whenever it was made; /usr/local, /home,
 * /srv, /run and the like belong to no package. hier(7), file-hierarchy(7).
 */
const packagedCode = /^\/(bin|boot|etc|lib|lib32|lib64|libx32|nix|opt|sbin|snap|usr(?!\/local\/))\//;
/** Where packages make folders for the data of their services: a dropped database table is a file, not scratch. */
const serviceData = /^\/(var|srv)\//;
const logDirectory = /\/logs?\//;

interface Common {
  path: Bytes;
  state: MapFinding['state'];
  links: number | null;
  inode: bigint | null;
}

function isTemporary(file: Common): boolean {
  if (neverLinked.test(file.path) || (file.inode !== null && file.path.endsWith(`/#${file.inode}`))) return true;
  return file.state === 'removed' && temporary.test(file.path);
}

/** Made after the process began, and no name left. */
function isOwnMaking(file: Common, bornAtNs: bigint | null, startedAtNs: bigint | null): boolean {
  return (
    file.state === 'removed' && file.links === 0 && bornAtNs !== null && startedAtNs !== null && bornAtNs > startedAtNs
  );
}

export function classifyMapRole(
  map: Common & { kind: MapFinding['kind'] },
  bornAtNs: bigint | null,
  startedAtNs: bigint | null,
): MapFinding['role'] {
  // Nobody makes its own program: an executable is code wherever it lay.
  if (map.kind === 'executable') return neverLinked.test(map.path) ? 'scratch' : 'code';
  if (isTemporary(map)) return 'scratch';
  if (isOwnMaking(map, bornAtNs, startedAtNs) && !packagedCode.test(map.path)) return 'scratch';
  return map.kind === 'library' ? 'code' : 'data';
}

export function classifyFdRole(
  fd: Common & Pick<FdFinding, 'kind' | 'access' | 'append' | 'bornAtNs'>,
  startedAtNs: bigint | null,
): FdFinding['role'] {
  const writes = fd.access === 'write' || fd.access === 'read_write';
  const unnamed = neverLinked.test(fd.path);
  if (!unnamed && fd.kind !== 'directory' && writes && (fd.append || logDirectory.test(fd.path))) return 'log';
  if (isTemporary(fd)) return 'scratch';
  // Scratch is read back by its maker; what is only written was meant for somebody else.
  const ownPlace = !packagedCode.test(fd.path) && !serviceData.test(fd.path);
  if (fd.access === 'read_write' && isOwnMaking(fd, fd.bornAtNs, startedAtNs) && ownPlace) return 'scratch';
  return 'file';
}
