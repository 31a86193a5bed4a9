// Injects faults of the kernel into node:fs itself, which every read of the program ends in. The program is the real one.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const calls = [
  'openSync',
  'readSync',
  'readFileSync',
  'readdirSync',
  'readlinkSync',
  'fstatSync',
  'statSync',
  'lstatSync',
] as const;

type Call = (typeof calls)[number];
type AnyFunction = (...args: unknown[]) => unknown;

/** Runs `body` with `around` in place of each of these calls. `around` may throw, or change the arguments or the result. */
export async function withFs<T>(
  around: (call: Call, real: AnyFunction, args: unknown[]) => unknown,
  body: () => T | Promise<T>,
): Promise<T> {
  const table = fs as unknown as Record<Call, AnyFunction>;
  const real = Object.fromEntries(calls.map((call) => [call, table[call]])) as Record<Call, AnyFunction>;
  for (const call of calls) table[call] = (...args) => around(call, real[call], args);
  syncBuiltinESMExports();
  try {
    return await body();
  } finally {
    Object.assign(table, real);
    syncBuiltinESMExports();
  }
}

export function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code });
}
