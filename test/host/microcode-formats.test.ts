// Updates of Intel, containers of AMD and early archives, real ones and damaged ones -> the revision for a processor.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findAmdRevision, isRevisionOf } from '../../src/host/microcode/amd.ts';
import { findEarlyFile } from '../../src/host/microcode/early-cpio.ts';
import { findIntelRevision } from '../../src/host/microcode/intel.ts';
import { parseProcessor } from '../../src/host/microcode/processor.ts';
import type { Revision, Span } from '../../src/host/microcode/span.ts';
import {
  amdContainer,
  archive,
  initrd,
  intelUpdate,
  plainInitrd,
  realIntelFile,
  realIntelHeader,
  realPatches,
} from '../support/microcode.ts';

function spanOf(bytes: Buffer): Span {
  return { size: bytes.length, read: (at, length) => bytes.subarray(at, Math.min(bytes.length, at + length)) };
}

const processor = { signature: 0x906eb, platforms: 2 };
const other = { signature: 0x906ec, platforms: 0x22 };
const changed = (bytes: Buffer, at: number, value: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, at);
  return copy;
};
const intelRows: [name: string, bytes: Buffer, revision: Revision][] = [
  ['the real header of 06-9e-0b', realIntelFile(), 0xf6],
  ['the real header alone: the file is cut', realIntelHeader, 'unknown'],
  ['nothing', Buffer.alloc(0), 'none'],
  [
    'the newest of several, not the last',
    Buffer.concat([0xf0, 0xf8, 0xf4].map((revision) => intelUpdate({ revision }))),
    0xf8,
  ],
  ['another stepping', intelUpdate({ revision: 0xff, signature: 0x906ea }), 'none'],
  ['another platform', intelUpdate({ revision: 0xff, platforms: 0x20 }), 'none'],
  ['one of its platforms', intelUpdate({ revision: 0xf4, platforms: 0x22 }), 0xf4],
  ['no platform, for a processor with one', intelUpdate({ revision: 0xf4, platforms: 0 }), 'none'],
  ['an old one, which does not say its sizes', intelUpdate({ revision: 3, dataSize: 0 }), 3],
  [
    'by the table of further processors',
    intelUpdate({ revision: 7, signature: 1, extended: [{ signature: 2, platforms: 2 }, processor] }),
    7,
  ],
  ['a table without it', intelUpdate({ revision: 7, signature: 1, extended: [other] }), 'none'],
  [
    'after one with a table',
    Buffer.concat([intelUpdate({ revision: 9, signature: 1, extended: [other] }), intelUpdate({ revision: 7 })]),
    7,
  ],
  ['a revision above 31 bits', intelUpdate({ revision: 0x80000001 }), 0x80000001],
  ['a wrong kind of file', changed(realIntelFile(), 0, 2), 'unknown'],
  ['a wrong loader', changed(realIntelFile(), 20, 2), 'unknown'],
  ['more data than the whole', changed(realIntelFile(), 28, 0x19fd4), 'unknown'],
  ['data of odd size', changed(realIntelFile(), 28, 0x19fce), 'unknown'],
  ['a size past the end', changed(realIntelFile(), 32, 0x1a400), 'unknown'],
  ['the largest sizes', changed(changed(realIntelFile(), 28, 0xfffffffc), 32, 0xffffffff), 'unknown'],
  ['a table with too many entries', changed(intelUpdate({ revision: 7, extended: [other] }), 48 + 976, 2), 'unknown'],
  ['bytes after the last update', Buffer.concat([realIntelFile(), Buffer.alloc(48)]), 'unknown'],
];
for (const [name, bytes, revision] of intelRows) {
  test(`intel: ${name}`, () => assert.equal(findIntelRevision(spanOf(bytes), processor), revision));
}

test('intel: a processor without platforms takes an update without platforms', () => {
  const bytes = intelUpdate({ revision: 5, platforms: 0 });
  assert.equal(findIntelRevision(spanOf(bytes), { ...processor, platforms: 0 }), 5);
});

const rome = { family: 0x17, model: 0x31, stepping: 0, signature: 0x830f10 };
const genoa = { family: 0x19, model: 0x11, stepping: 2, signature: 0xa10f12 };
const renoir = { family: 0x17, model: 0x60, stepping: 1, signature: 0x860f01 };
const pinnacle = { family: 0x17, model: 8, stepping: 2, signature: 0x800f82 };
const bulldozer = { family: 0x15, model: 2, stepping: 0, signature: 0x600f20 };
const all = amdContainer([[0x830f10, 0x8310]], Object.values(realPatches));
const old = amdContainer(
  [
    [0x600f12, 0x6012],
    [0x600f20, 0x6020],
  ],
  [
    { revision: 0x0600063e, named: 0x6012 },
    { revision: 0x06000852, named: 0x6020 },
  ],
);
const amdRows: [name: string, bytes: Buffer, of: typeof rome, revision: Revision][] = [
  ['Rome', all, rome, 0x0830107c],
  ['Genoa', all, genoa, 0x0a101248],
  ['Renoir', all, renoir, 0x0860010d],
  ['Pinnacle Ridge', all, pinnacle, 0x0800820d],
  ['another stepping', all, { ...rome, stepping: 1 }, 'none'],
  ['another model', all, { ...genoa, model: 1 }, 'none'],
  [
    'the newest of two',
    amdContainer([], [realPatches['fam17h 31-00'], { revision: 0x0830107a, named: 0x8310 }]),
    rome,
    0x0830107c,
  ],
  ['before Zen, by the table', old, bulldozer, 0x06000852],
  ['before Zen, not in the table', old, { ...bulldozer, signature: 0x600f21 }, 'none'],
  ['two containers', Buffer.concat([old, all]), rome, 0x0830107c],
  [
    'the table of the first container is not that of the second',
    Buffer.concat([amdContainer([[0x600f20, 0x6020]], []), amdContainer([], [{ revision: 9, named: 0x6020 }])]),
    bulldozer,
    'none',
  ],
  ['for one chipset alone', amdContainer([], [{ ...realPatches['fam17h 31-00'], northBridge: 1 }]), rome, 'none'],
  ['nothing', Buffer.alloc(0), rome, 'none'],
  ['another magic', changed(all, 0, 1), rome, 'unknown'],
  ['another type of table', changed(all, 4, 1), rome, 'unknown'],
  ['an endless table', changed(all, 8, 0xffffffff), rome, 'unknown'],
  ['an unknown section', changed(all, 12 + 32, 2), rome, 'unknown'],
  ['an endless patch', changed(all, 12 + 32 + 4, 0xffffffff), rome, 'unknown'],
  ['a patch of no size', changed(all, 12 + 32 + 4, 0), rome, 'unknown'],
  ['cut', all.subarray(0, all.length - 1), rome, 'unknown'],
];
for (const [name, bytes, of, revision] of amdRows) {
  test(`amd: ${name}`, () => assert.equal(findAmdRevision(spanOf(bytes), of), revision));
}

test('amd: since Zen a revision names its processor', () => {
  assert.ok(isRevisionOf(0x0830107a, rome));
  assert.ok(!isRevisionOf(0x0830107a, genoa));
  assert.ok(!isRevisionOf(0, rome));
  assert.ok(isRevisionOf(0x06000852, bulldozer));
});

const wanted = 'kernel/x86/microcode/GenuineIntel.bin';
const update = Buffer.from('update');
const early = archive([{ name: wanted, bytes: update }]);
const tables = archive([{ name: 'kernel/firmware/acpi/dsdt.aml', bytes: Buffer.alloc(4099, 1) }]);
const aligned = archive([{ name: 'kernel/x86/microcode/.enuineIntel.align.0123456789abc', bytes: update }]);
const earlyRows: [name: string, bytes: Buffer, found: string][] = [
  ['first', early, 'update'],
  ['behind the member that aligns it', Buffer.concat([aligned, early]), 'update'],
  ['in the second archive, after zeros', Buffer.concat([tables, Buffer.alloc(512), early]), 'update'],
  ['directly behind another archive', Buffer.concat([tables, early]), 'update'],
  ['the first of two', Buffer.concat([early, archive([{ name: wanted, bytes: Buffer.from('other') }])]), 'update'],
  ['a whole initrd', initrd(update), 'update'],
  ['a folder of that name', archive([{ name: wanted, bytes: update, mode: 0o40755 }]), 'none'],
  ['a longer name', archive([{ name: `${wanted}.old`, bytes: update }]), 'none'],
  ['a packed initrd', plainInitrd, 'none'],
  ['behind the packed part', Buffer.concat([plainInitrd, early]), 'none'],
  ['an empty file', Buffer.alloc(0), 'none'],
  ['a header that is cut', early.subarray(0, 60), 'unknown'],
  ['no number in the header', Buffer.concat([early.subarray(0, 60), Buffer.from('zz'), early.subarray(62)]), 'unknown'],
  ['data that is cut', early.subarray(0, 110 + wanted.length + 4), 'unknown'],
  ['too many zeros', Buffer.concat([tables, Buffer.alloc(2 * 1024 * 1024), early]), 'unknown'],
  ['an endless archive', Buffer.concat(Array.from({ length: 20_001 }, () => archive([]))), 'unknown'],
];
for (const [name, bytes, found] of earlyRows) {
  test(`early archive: ${name}`, () => {
    const span = findEarlyFile(spanOf(bytes), wanted);
    assert.equal(typeof span === 'string' ? span : span.read(0, 1000).toString(), found);
  });
}

const cpuinfo = (vendor: string, family: string, model: string, stepping: string, flags: string): string =>
  `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: A: B\n` +
  `stepping\t: ${stepping}\nflags\t\t: ${flags}\n\nprocessor\t: 1\nvendor_id\t: Other\n`;
const processors: [name: string, text: string, signature: number | null][] = [
  ['Intel', cpuinfo('GenuineIntel', '6', '158', '11', 'fpu sse'), 0x906eb],
  ['Rome', cpuinfo('AuthenticAMD', '23', '49', '0', 'fpu sse'), 0x830f10],
  ['Genoa', cpuinfo('AuthenticAMD', '25', '17', '2', 'fpu sse'), 0xa10f12],
  ['Bulldozer', cpuinfo('AuthenticAMD', '21', '2', '0', 'fpu sse'), 0x600f20],
  ['a virtual machine', cpuinfo('GenuineIntel', '6', '158', '11', 'fpu hypervisor sse'), null],
  ['another vendor', cpuinfo('HygonGenuine', '24', '1', '1', 'fpu sse'), null],
  ['a stepping that is not known', cpuinfo('GenuineIntel', '6', '158', 'unknown', 'fpu'), null],
  ['another architecture', 'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n', null],
  ['nothing', '', null],
];
for (const [name, text, signature] of processors) {
  test(`processor: ${name}`, () => assert.equal(parseProcessor(text)?.signature ?? null, signature));
}
