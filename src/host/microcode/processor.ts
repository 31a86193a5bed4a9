// /proc/cpuinfo and /sys/devices/system/cpu -> the processor and the revision of microcode that it runs. proc_cpuinfo(5),
// Documentation/ABI/testing/sysfs-devices-system-cpu of the kernel.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../procfs/bytes.ts';
import { orNull, readBytes } from '../../procfs/reader.ts';
import { readHostFile } from '../files.ts';

export interface Processor {
  vendor: 'intel' | 'amd';
  family: number;
  model: number;
  stepping: number;
  /** CPUID.1:EAX. */
  signature: number;
}

export interface Loaded {
  /** Intel's mask of platform ids; null if the kernel does not say. */
  platforms: number | null;
  /** The revisions that the processors run, rising, each once; empty if the kernel does not say. */
  revisions: number[];
}

/** Others have no updates, or none that is known from here. */
const vendors: Readonly<Record<string, Processor['vendor']>> = { GenuineIntel: 'intel', AuthenticAMD: 'amd' };

/** The first processor is in the first bytes: its longest line has some 2000. */
const mostOfCpuinfo = 16 * 1024;
const cpuFolder = 'sys/devices/system/cpu';

/** Returns null on other processors, and in a virtual machine, because its host alone can load microcode. */
export function readProcessor(procPath: string): Processor | null {
  const text = orNull(() => readBytes(`${procPath}/cpuinfo`, mostOfCpuinfo));
  return text === null ? null : parseProcessor(text);
}

export function parseProcessor(cpuinfo: Bytes): Processor | null {
  const first = cpuinfo.split('\n\n', 1)[0] ?? '';
  const lines = first.split('\n').map((line): [string, string] => {
    const [key = '', ...value] = line.split(':');
    return [key.trim(), value.join(':').trim()];
  });
  const values = new Map(lines);
  const vendor = vendors[values.get('vendor_id') ?? ''];
  const flags = values.get('flags')?.split(' ');
  if (vendor === undefined || flags === undefined || flags.includes('hypervisor')) return null;
  const numbers = ['cpu family', 'model', 'stepping'].map((key) => parseDecimal(values.get(key)));
  const [family, model, stepping] = numbers as [number, number, number];
  if (numbers.includes(null)) return null;
  return { vendor, family, model, stepping, signature: signatureOf(family, model, stepping) };
}

/** Intel and AMD number alike. */
function signatureOf(family: number, model: number, stepping: number): number {
  const [baseFamily, extendedFamily] = [Math.min(family, 15), Math.max(family - 15, 0)];
  return (extendedFamily << 20) | ((model >> 4) << 16) | (baseFamily << 8) | ((model & 15) << 4) | stepping;
}

export function readLoaded(root: string): Loaded {
  const ofCpu = (name: string, file: string) =>
    parseHexadecimal(readHostFile(root, `${cpuFolder}/${name}/microcode/${file}`));
  const names = orNull(() => readdirSync(join(root, cpuFolder)))?.filter((name) => /^cpu[0-9]+$/.test(name)) ?? [];
  // A processor that is switched off has no such file.
  const revisions = names.flatMap((name) => ofCpu(name, 'version') ?? []);
  return {
    platforms: ofCpu('cpu0', 'processor_flags'),
    revisions: [...new Set(revisions)].sort((a, b) => a - b),
  };
}

/** Whether the kernel's own list has a newer revision; null if it has no such list. Only Intel's processors are on that list. */
export function readSaysOld(root: string, { vendor }: Processor): boolean | null {
  const text = readHostFile(root, `${cpuFolder}/vulnerabilities/old_microcode`)?.trim() ?? '';
  if (vendor !== 'intel') return null;
  return text === 'Vulnerable' || (text === 'Not affected' ? false : null);
}

/** Family, model and stepping are numbers of at most three digits. */
function parseDecimal(text = ''): number | null {
  return /^[0-9]{1,3}$/.test(text) ? Number(text) : null;
}

/** 32 bits. */
function parseHexadecimal(text: string | null): number | null {
  const digits = /^(?:0x)?([0-9a-fA-F]{1,8})$/.exec(text?.trim() ?? '')?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}
