// Builders of microcode: Intel's updates, AMD's containers, early archives and initrds. The headers are those of real files, by the
// tables of asm/microcode_intel.h, amd.c and buffer-format.rst; the updates themselves are zeros.

export interface IntelUpdate {
  revision: number;
  signature?: number;
  platforms?: number;
  /** 0 as in updates of old processors. */
  dataSize?: number;
  extended?: readonly { signature: number; platforms: number }[];
}

function words(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}

/** The first 48 bytes of intel-ucode/06-9e-0b, release 20251111: revision 0xf6 for 06-9e-0b, platform 1. */
export const realIntelHeader = words([
  ...[0x00000001, 0x000000f6, 0x02012024, 0x000906eb, 0x9f8ff344, 0x00000001],
  ...[0x00000002, 0x00019fd0, 0x0001a000, 0x00000000, 0x000000ea, 0x00000000],
]);
/** The size of that file. */
export const realIntelSize = 106_496;

export function realIntelFile(): Buffer {
  return Buffer.concat([realIntelHeader, Buffer.alloc(realIntelSize - realIntelHeader.length)]);
}

export function intelUpdate({
  revision,
  signature = 0x906eb,
  platforms = 2,
  dataSize = 976,
  extended = [],
}: IntelUpdate): Buffer {
  const table = extended.length === 0 ? [] : [extended.length, 0, 0, 0, 0];
  const entries = extended.flatMap((entry) => [entry.signature, entry.platforms, 0]);
  const total = 48 + dataSize + 4 * (table.length + entries.length);
  const header = [1, revision, 0x02012024, signature, 0, 1, platforms, dataSize, dataSize === 0 ? 0 : total, 0, 0, 0];
  return Buffer.concat([words(header), Buffer.alloc(dataSize || 2000), words([...table, ...entries])]);
}

export interface AmdPatch {
  revision: number;
  /** processor_rev_id. */
  named: number;
  northBridge?: number;
}

/** Real patches of Debian's amd64-microcode 3.20250311.1. */
export const realPatches = {
  'fam17h 31-00': { revision: 0x0830107c, named: 0x8310 },
  'fam19h 11-02': { revision: 0x0a101248, named: 0xa112 },
  'fam17h 60-01': { revision: 0x0860010d, named: 0x8601 },
  'fam17h 08-02': { revision: 0x0800820d, named: 0x8082 },
} as const satisfies Record<string, AmdPatch>;

/** @param equivalents the signature of a processor, and the number that stands for it in the patches */
export function amdContainer(
  equivalents: readonly [signature: number, named: number][],
  patches: readonly AmdPatch[],
): Buffer {
  const table = [...equivalents, [0, 0] as const].flatMap(([signature, named]) => [signature, 0, 0, named]);
  const sections = patches.map(({ revision, named, northBridge = 0 }) => {
    const header = words([0x02012024, revision, 0, 0, northBridge, 0, named, 0]);
    return Buffer.concat([words([1, 512]), header, Buffer.alloc(512 - header.length)]);
  });
  return Buffer.concat([words([0x00414d44, 0, 4 * table.length]), words(table), ...sections]);
}

export interface ArchiveMember {
  name: string;
  bytes: Buffer;
  mode?: number;
}

/** One archive in the format newc, with its trailer. */
export function archive(members: readonly ArchiveMember[]): Buffer {
  return Buffer.concat([...members, { name: 'TRAILER!!!', bytes: Buffer.alloc(0), mode: 0 }].map(memberBytes));
}

function memberBytes({ name, bytes, mode = 0o100644 }: ArchiveMember): Buffer {
  const fields = [1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header, 'latin1')), padded(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

const folders = ['kernel', 'kernel/x86', 'kernel/x86/microcode'].map((name) => {
  return { name, bytes: Buffer.alloc(0), mode: 0o40755 };
});
const packed = Buffer.from('28b52ffd', 'hex');

/** An initrd: an early archive with the updates, then zeros up to a block, then the packed archive. */
export function initrd(updates: Buffer, name: 'GenuineIntel' | 'AuthenticAMD' = 'GenuineIntel'): Buffer {
  const early = archive([...folders, { name: `kernel/x86/microcode/${name}.bin`, bytes: updates }]);
  return Buffer.concat([early, Buffer.alloc(-early.length & 511), packed, Buffer.alloc(64, 7)]);
}

/** An initrd without an early archive. */
export const plainInitrd = Buffer.concat([packed, Buffer.alloc(64, 7)]);

export const bytesOf = (buffer: Buffer): string => buffer.toString('latin1');
