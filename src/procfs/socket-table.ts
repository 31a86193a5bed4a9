// The tables of TCP and UDP sockets in /proc/PID/net, which are those of the process's network namespace -> the wanted sockets that
// listen, and those that are connections. proc_pid_net(5); net/ipv4/tcp_ipv4.c tcp4_seq_show(), net/ipv4/udp.c udp4_format_sock().

import { byteOrder } from './byte-order.ts';
import { formatAddress } from './ip-address.ts';
import { orNull, readLink, readShared, troubleOf } from './reader.ts';

export interface Listener {
  protocol: 'tcp' | 'udp';
  /** As in 0.0.0.0 or ::. */
  address: string;
  port: number;
}

/** Sockets of one network namespace, each with its inode. */
export interface NamespaceSockets {
  listening: (Listener & { inode: number })[];
  /** Inodes of the connections. */
  established: number[];
}

export interface TableSocket {
  inode: number;
  /** include/net/tcp_states.h */
  state: number;
  /** Hexadecimal, as the kernel prints it. */
  address: string;
  port: number;
}

interface Table {
  name: string;
  protocol: Listener['protocol'];
  addressDigits: 8 | 32;
  /** The state of a socket that listens. */
  listening: number;
  /** The state of a connection; null if the protocol has none. */
  established: number | null;
  /** Whether a kernel without IPv6 lacks the file. */
  mayLack: boolean;
}

const established = 0x01;
/** TCP_CLOSE. A UDP socket is in the table if it is bound; it has this state if it is not connected. */
const unconnected = 0x07;
const listening = 0x0a;

const tables: readonly Table[] = [
  { name: 'tcp', protocol: 'tcp', addressDigits: 8, listening, established, mayLack: false },
  { name: 'tcp6', protocol: 'tcp', addressDigits: 32, listening, established, mayLack: true },
  { name: 'udp', protocol: 'udp', addressDigits: 8, listening: unconnected, established: null, mayLack: false },
  { name: 'udp6', protocol: 'udp', addressDigits: 32, listening: unconnected, established: null, mayLack: true },
];

/** A longer table is not read to its end, and nothing is said of its sockets. A TCP socket takes 150 bytes, with IPv6 up to 180. */
const mostTableBytes = 16 * 1024 * 1024;

/**
 * Reads the tables of a network namespace; null if one of them could not be read as a whole, or the process left the namespace.
 * Throws nothing of node:fs.
 * @param directory of a process in the namespace, as in /proc/1
 * @param network the text of the link ns/net
 * @param wanted inodes of the sockets to look for
 */
export function readNamespaceSockets(
  directory: string,
  network: string,
  wanted: ReadonlySet<number>,
): NamespaceSockets | null {
  const found: NamespaceSockets = { listening: [], established: [] };
  for (const table of tables) {
    const sockets = readTable(`${directory}/net/${table.name}`, table, wanted);
    if (sockets === null) return null;
    for (const { inode, state, address, port } of sockets) {
      if (state === table.established) found.established.push(inode);
      if (state !== table.listening) continue;
      found.listening.push({ protocol: table.protocol, address: formatAddress(address, byteOrder), port, inode });
    }
  }
  // Read last: if the process ended before, or its pid belongs to another one now, the tables may be of another namespace.
  return orNull(() => readLink(`${directory}/ns/net`)) === network ? found : null;
}

function readTable(path: string, table: Table, wanted: ReadonlySet<number>): TableSocket[] | null {
  let text: Buffer;
  try {
    text = readShared(path, mostTableBytes + 1);
  } catch (error) {
    troubleOf(error);
    return table.mayLack && (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
  return text.length > mostTableBytes ? null : parseSocketTable(text, table.addressDigits, wanted);
}

const newline = 0x0a;
const space = 0x20;
const colon = 0x3a;
const digit0 = 0x30;
/** Fields between the state and the inode: the queues, the timer, retransmits, the uid, the timeout. */
const fieldsBeforeInode = 5;
/** The kernel's inodes of sockets have 32 bits. */
const mostInodeDigits = 15;

/**
 * The wanted sockets of a table, in its order; null if a line does not have the form, because then the table may hold more than we
 * understand. It looks at bytes, because a table may have a hundred thousand lines of which few are wanted.
 * @param addressDigits 8 for IPv4, 32 for IPv6
 */
export function parseSocketTable(
  table: Uint8Array,
  addressDigits: 8 | 32,
  wanted: ReadonlySet<number>,
): TableSocket[] | null {
  const sockets: TableSocket[] = [];
  // The first line names the columns.
  let start = table.indexOf(newline) + 1;
  if (start === 0) return null;
  while (start < table.length) {
    const end = table.indexOf(newline, start);
    const local = end < 0 ? -1 : findLocal(table, start, end);
    if (local < 0 || !hasForm(table, local, addressDigits, end)) return null;
    const inode = readInode(table, local + 2 * (addressDigits + 6) + 2, end);
    if (inode < 0) return null;
    if (wanted.has(inode)) {
      const socket = readSocket(table, local, addressDigits, inode);
      if (socket === null) return null;
      sockets.push(socket);
    }
    start = end + 1;
  }
  return sockets;
}

/** The place of the local address, behind the number of the line: `   7: `. */
function findLocal(table: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && table[at] === space) at++;
  const number = at;
  while (at < end && isDigit(table[at]!)) at++;
  return at > number && table[at] === colon && table[at + 1] === space ? at + 2 : -1;
}

/** Whether addresses, ports and the state have their lengths: `ADDRESS:PORT ADDRESS:PORT STATE `. */
function hasForm(table: Uint8Array, local: number, addressDigits: number, end: number): boolean {
  const remote = local + addressDigits + 6;
  const state = remote + addressDigits + 6;
  return (
    state + 2 < end &&
    table[local + addressDigits] === colon &&
    table[remote - 1] === space &&
    table[remote + addressDigits] === colon &&
    table[state - 1] === space &&
    table[state + 2] === space
  );
}

/** @param from the place behind the state; returns -1 if there is no inode */
function readInode(table: Uint8Array, from: number, end: number): number {
  let at = from;
  for (let field = 0; field <= fieldsBeforeInode; field++) {
    while (at < end && table[at] === space) at++;
    if (field === fieldsBeforeInode) break;
    while (at < end && table[at] !== space) at++;
  }
  const first = at;
  let inode = 0;
  while (at < end && isDigit(table[at]!)) inode = inode * 10 + table[at++]! - digit0;
  const length = at - first;
  const isWhole = at === end || table[at] === space;
  return length > 0 && length <= mostInodeDigits && isWhole ? inode : -1;
}

function readSocket(table: Uint8Array, local: number, addressDigits: number, inode: number): TableSocket | null {
  const state = local + 2 * (addressDigits + 6);
  const text = Buffer.from(table.subarray(local, state + 2)).toString('latin1');
  const address = text.slice(0, addressDigits);
  const port = text.slice(addressDigits + 1, addressDigits + 5);
  const digits = text.slice(-2);
  if (!/^[0-9A-F]+$/.test(address + port + digits)) return null;
  return { inode, address, port: Number.parseInt(port, 16), state: Number.parseInt(digits, 16) };
}

function isDigit(byte: number): boolean {
  return byte >= digit0 && byte <= digit0 + 9;
}
