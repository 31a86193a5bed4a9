// Tables of sockets in /proc/PID/net -> the wanted sockets. The lines are real ones of Linux 6.18.
import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { parseSocketTable, readNamespaceSockets, type TableSocket } from '../../src/procfs/socket-table.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
const any =
  '   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 636 1 0000000000a5a1b6 100 0 0 10 0                       \n';
const listener =
  '   1: 0100007F:AE6D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15189242 1 000000003cda87da 100 0 0 10 0                  \n';
const server =
  '   2: 0100007F:AE6D 0100007F:88C4 01 00000000:00000000 00:00000000 00000000     0        0 15189244 1 000000004243be87 20 0 0 10 -1                  \n';
const client =
  '   3: 0100007F:88C4 0100007F:AE6D 01 00000000:00000000 00:00000000 00000000     0        0 15189243 2 0000000003704dca 20 0 0 10 -1                  \n';
const waiting =
  '   4: 0100007F:88C6 0100007F:AE6D 06 00000000:00000000 03:00000E10 00000000     0        0 0 3 00000000a1e4bd7c                                      \n';
const header6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const mapped =
  '   1: 0000000000000000FFFF00000100007F:8D1B 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15189246 1 00000000e1d7caa8 100 0 0 10 0\n';
const all6 =
  '   2: 00000000000000000000000000000000:A76F 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15189245 1 0000000037653ef4 100 0 0 10 0\n';
const headerUdp =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            \n';
const connected =
  '  760: 0100007F:A09E 0100007F:8B97 01 00000000:00000000 00:00000000 00000000     0        0 15189249 2 00000000a831f3b2 0      \n';
const bound =
  '11761: 0100007F:8B97 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15189248 2 00000000408a0ee0 0      \n';
const headerUdp6 = header6.replace('inode\n', 'inode ref pointer drops\n');

const parse = (text: string, digits: 8 | 32, ...wanted: number[]) =>
  parseSocketTable(Buffer.from(text, 'latin1'), digits, new Set(wanted));
const socket = (inode: number, state: number, address: string, port: number): TableSocket => ({
  ...{ inode, state, address, port },
});

const tables: [name: string, text: string, digits: 8 | 32, wanted: number[], expected: TableSocket[]][] = [
  ['nothing but the names of the columns', header, 8, [1], []],
  ['nothing wanted', header + any + server, 8, [], []],
  ['a listener', header + any + listener + server, 8, [15189242], [socket(15189242, 10, '0100007F', 44653)]],
  [
    'a connection beside others',
    header + any + listener + server + client + waiting,
    8,
    [636, 15189244],
    [socket(636, 10, '00000000', 2024), socket(15189244, 1, '0100007F', 44653)],
  ],
  [
    'IPv6',
    header6 + mapped + all6,
    32,
    [15189246, 15189245],
    [socket(15189246, 10, '0000000000000000FFFF00000100007F', 36123), socket(15189245, 10, '0'.repeat(32), 42863)],
  ],
  [
    'UDP',
    headerUdp + connected + bound,
    8,
    [15189249, 15189248],
    [socket(15189249, 1, '0100007F', 41118), socket(15189248, 7, '0100007F', 35735)],
  ],
  [
    'a hundred thousand and more lines',
    header + any.replace('   0', '123456'),
    8,
    [636],
    [socket(636, 10, '00000000', 2024)],
  ],
  [
    'a uid of ten digits',
    header + any.replace('    0        0', '4294967294        0'),
    8,
    [636],
    [socket(636, 10, '00000000', 2024)],
  ],
];
for (const [name, text, digits, wanted, expected] of tables) {
  test(`sockets: ${name}`, () => assert.deepEqual(parse(text, digits, ...wanted), expected));
}

const odd: [name: string, text: string, digits?: 8 | 32][] = [
  ['nothing', ''],
  ['no end of the first line', header.trimEnd()],
  ['a last line without an end', header + any.slice(0, -1)],
  ['an empty line', `${header}\n${any}`],
  ['no number of the line', header + any.replace('   0:', '    :')],
  ['no blank behind the number', header + any.replace('0: ', '0:')],
  ['an address of another length', header + any.replace('00000000:07E8', '0000000:07E8')],
  ['IPv6 in a table of IPv4', header + mapped],
  ['IPv4 in a table of IPv6', header6 + any, 32],
  ['no remote address', header + any.replace(' 00000000:0000', '')],
  ['a wanted address that is no number', header + any.replace('00000000:07E8', '0000000G:07E8')],
  ['a wanted port that is no number', header + any.replace('07E8', '07-8')],
  ['no inode', `${header + any.slice(0, any.indexOf(' 636'))}\n`],
  ['an inode that is no number', header + any.replace(' 636 ', ' 636x ')],
  ['a negative inode', header + any.replace(' 636 ', ' -636 ')],
  ['an inode past all numbers', header + any.replace(' 636 ', ` ${'9'.repeat(16)} `)],
];
for (const [name, text, digits = 8] of odd) {
  test(`sockets: a table that is not understood: ${name}`, () => assert.equal(parse(text, digits, 636), null));
}

const network = 'net:[4026531840]';
const good: Tree = {
  'ns/net': { link: network },
  'net/tcp': header + listener + server + client,
  'net/tcp6': header6 + mapped + all6,
  'net/udp': headerUdp + connected + bound,
  'net/udp6': headerUdp6,
};
const inodes = new Set([15189242, 15189243, 15189246, 15189248, 15189249]);

test('the sockets of a namespace: a connected UDP socket neither listens nor is it a connection', (t) => {
  if (endianness() !== 'LE') return t.skip('the lines are of a little-endian machine');
  assert.deepEqual(readNamespaceSockets(makeTree(t, good), network, inodes), {
    listening: [
      { protocol: 'tcp', address: '127.0.0.1', port: 44653, inode: 15189242 },
      { protocol: 'tcp', address: '::ffff:127.0.0.1', port: 36123, inode: 15189246 },
      { protocol: 'udp', address: '127.0.0.1', port: 35735, inode: 15189248 },
    ],
    established: [15189243],
  });
});

test('the sockets of a namespace on a kernel without IPv6', (t) => {
  const { 'net/tcp6': _, 'net/udp6': __, ...rest } = good;
  const sockets = readNamespaceSockets(makeTree(t, rest), network, inodes);
  assert.deepEqual(
    sockets?.listening.map(({ inode }) => inode),
    [15189242, 15189248],
  );
});

const long = header + any.repeat(Math.ceil((16 * 1024 * 1024) / any.length));
const unknown: [name: string, change: Tree][] = [
  ['another namespace by now', { 'ns/net': { link: 'net:[4026532999]' } }],
  ['a table longer than 16 MiB', { 'net/tcp': long }],
  ['a line that is not understood', { 'net/udp6': `${headerUdp6}x\n` }],
];
for (const [name, change] of unknown) {
  test(`the sockets of a namespace are not known: ${name}`, (t) => {
    assert.equal(readNamespaceSockets(makeTree(t, { ...good, ...change }), network, inodes), null);
  });
}
for (const missing of ['net/tcp', 'net/udp', 'ns/net']) {
  test(`the sockets of a namespace are not known: no ${missing}`, (t) => {
    const { [missing]: _, ...rest } = good;
    assert.equal(readNamespaceSockets(makeTree(t, rest), network, inodes), null);
  });
}

test('a table of nearly 16 MiB is read to its end', (t) => {
  const whole = long.slice(0, long.length - 4 * any.length) + listener;
  const sockets = readNamespaceSockets(makeTree(t, { ...good, 'net/tcp': whole }), network, inodes);
  assert.ok(sockets?.listening.some(({ inode }) => inode === 15189242));
});
