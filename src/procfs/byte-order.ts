// The order of the bytes in this machine's numbers. Not from node:os, which takes a helper of a scan as long to load as it reads ten
// processes.

export const byteOrder: 'LE' | 'BE' = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'LE' : 'BE';
