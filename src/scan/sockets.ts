// The affected services -> the addresses on which their processes listen, and how many connections they have. A process holds
// sockets by inode, and the tables of a network namespace say which sockets listen. Helpers read both.

import { type Readers, readOr } from '../crew/readers.ts';
import { compareBytes } from '../documents/compare-bytes.ts';
import type { Sockets } from '../documents/generated/report.ts';
import { keyMaker } from '../keys.ts';
import { type Bytes, fromText } from '../procfs/bytes.ts';
import { hidesProcesses } from '../procfs/hidepid.ts';
import { hasOwnPids, readViewer } from '../procfs/self.ts';
import type { Listener } from '../procfs/socket-table.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess } from '../report/facts.ts';
import type { ScanOptions } from './options.ts';

/** Most places at which a unit listens that the report lists. */
const mostListed = 64;
/** Most sockets of all services. The sockets of a service that comes after so many are not known. */
const mostInodes = 1_000_000;
/** Each namespace has tables of its own to be read. In more than this many the sockets of a service are not known. */
const mostNetworks = 16;
/** Processes that are asked about at once, so that the answers of a crowd do not fill the memory. */
const atOnce = 64;

interface Service {
  name: string;
  cgroup: Bytes;
  /** An affected process, which tells the control group from one of the same name elsewhere. */
  member: number;
  inodes: Set<number>;
  /** The network namespaces of its processes, each with one of them. */
  networks: Map<Bytes, number>;
  /** Whether all of its processes were read so far. */
  isRead: boolean;
}

interface Network {
  pid: number;
  inodes: Set<number>;
}

/** The sockets of the services in one network namespace, by inode, since there may be many services and many sockets. */
interface Tables {
  listening: ReadonlyMap<number, readonly Listener[]>;
  established: ReadonlySet<number>;
}

/**
 * Reads the sockets of the services of the system, by unit name. A service without an entry has sockets that are not known.
 * @param controlGroups as systemd says, by unit name
 */
export async function readSockets(
  processes: readonly AttributedProcess[],
  controlGroups: ReadonlyMap<string, string | null>,
  views: Views,
  readers: Readers,
  { procPath }: ScanOptions,
): Promise<ReadonlyMap<string, Sockets>> {
  const services = findServices(processes, controlGroups);
  // cgroup.procs has the pids of our own PID namespace. A process that procfs hides looks like one that has ended.
  if (services.length === 0 || !hasOwnPids(procPath)) return new Map();
  if (hidesProcesses(views.ownMounts.of(procPath), readViewer())) return new Map();
  const init = await readInitNetwork(readers);
  if (init === null) return new Map();
  await readProcesses(services, readers);
  const known = services.filter(isKnown);
  // A service with a network of its own may hold sockets that PID 1 has opened for it: systemd.socket(5).
  for (const { networks } of known) networks.set(init.network, init.pid);
  const tables = await readTables(known, readers);
  return new Map(known.flatMap((service) => sumUp(service, tables) ?? []));
}

function findServices(
  processes: readonly AttributedProcess[],
  controlGroups: ReadonlyMap<string, string | null>,
): Service[] {
  const services = new Map<string, Service>();
  for (const { pid, attribution } of processes) {
    const { unit } = attribution;
    const cgroup = unit?.scope === 'system' ? controlGroups.get(unit.name) : undefined;
    if (!unit?.name.endsWith('.service') || cgroup == null || services.has(unit.name)) continue;
    const nothing = { inodes: new Set<number>(), networks: new Map<Bytes, number>(), isRead: true };
    services.set(unit.name, { name: unit.name, cgroup: fromText(cgroup), member: pid, ...nothing });
  }
  return [...services.values()];
}

/** Returns the network namespace of PID 1. If we may not know it, our own stands in for it. */
async function readInitNetwork(readers: Readers): Promise<{ network: Bytes; pid: number } | null> {
  const pids = [1, process.pid];
  const answers = await readers.ask(
    'openSockets',
    pids.map((pid) => ({ pid })),
  );
  const found = readOr(answers, null).flatMap((answer, index) =>
    answer?.network == null ? [] : [{ network: answer.network, pid: pids[index]! }],
  );
  return found[0] ?? null;
}

/** Fills in the sockets and the network namespaces of each service. */
async function readProcesses(services: readonly Service[], readers: Readers): Promise<void> {
  const items = services.map(({ member, cgroup }) => ({ pid: member, cgroup }));
  const trees = readOr(await readers.ask('cgroupTree', items), null);
  const members = services.flatMap((service, index) => {
    service.isRead = trees[index] !== null;
    return (trees[index] ?? []).map((pid) => ({ service, pid }));
  });
  let room = mostInodes;
  for (let at = 0; at < members.length; at += atOnce) {
    const some = members.slice(at, at + atOnce).filter(({ service }) => service.isRead);
    const answers = await readers.ask(
      'openSockets',
      some.map(({ pid }) => ({ pid })),
    );
    readOr(answers, null).forEach((answer, index) => {
      const { service, pid } = some[index]!;
      if (answer?.network != null) service.networks.set(answer.network, pid);
      const before = service.inodes.size;
      for (const inode of answer?.inodes ?? []) service.inodes.add(inode);
      room -= service.inodes.size - before;
      if (answer === null || room < 0) service.isRead = false;
    });
  }
}

/** A user may have sockets and network namespaces without end. Each socket is looked for in each of the namespaces. */
function isKnown({ isRead, inodes, networks }: Service): boolean {
  return isRead && networks.size <= mostNetworks && inodes.size * networks.size <= mostInodes;
}

/** Reads the tables of each network namespace once, and returns them by the namespace; null for tables that could not be read. */
async function readTables(services: readonly Service[], readers: Readers): Promise<ReadonlyMap<Bytes, Tables | null>> {
  const networks = new Map<Bytes, Network>();
  for (const service of services) {
    for (const [name, pid] of service.networks) {
      const network = networks.get(name) ?? { pid, inodes: new Set() };
      networks.set(name, network);
      // Neither PID 1 nor the scanner ends while the tables are read.
      if (pid === 1 || pid === process.pid) network.pid = pid;
      for (const inode of service.inodes) network.inodes.add(inode);
    }
  }
  const items = [...networks].map(([network, { pid, inodes }]) => ({ pid, network, inodes: [...inodes] }));
  const answers = readOr(await readers.ask('networkSockets', items), null);
  return new Map(
    items.map(({ network }, index) => {
      const answer = answers[index] ?? null;
      return [network, answer && { listening: byInode(answer.listening), established: new Set(answer.established) }];
    }),
  );
}

function byInode(sockets: readonly (Listener & { inode: number })[]): Map<number, Listener[]> {
  const found = new Map<number, Listener[]>();
  for (const { inode, ...listener } of sockets) {
    const same = found.get(inode);
    if (same === undefined) found.set(inode, [listener]);
    else same.push(listener);
  }
  return found;
}

/** Returns nothing if a table could not be read. */
function sumUp(
  { name, inodes, networks }: Service,
  tables: ReadonlyMap<Bytes, Tables | null>,
): [[string, Sockets]] | null {
  const listeners: Listener[] = [];
  const established = new Set<number>();
  for (const network of networks.keys()) {
    const table = tables.get(network) ?? null;
    if (table === null) return null;
    for (const inode of inodes) {
      listeners.push(...(table.listening.get(inode) ?? []));
      if (table.established.has(inode)) established.add(inode);
    }
  }
  const listening = sortListeners(listeners);
  const unlisted = Math.max(0, listening.length - mostListed);
  return [[name, { listening: listening.slice(0, mostListed), unlisted, established: established.size }]];
}

/** Each place once, since several processes or sockets may share it. TCP first, then by port. */
function sortListeners(listeners: readonly Listener[]): Listener[] {
  const keyOf = keyMaker();
  const places = new Map(listeners.map((each) => [keyOf(each.protocol, each.address, String(each.port)), each]));
  return [...places.values()].sort(
    (a, b) => compareBytes(a.protocol, b.protocol) || a.port - b.port || compareBytes(a.address, b.address),
  );
}
