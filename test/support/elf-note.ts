// The text of a build's note -> an ELF file that has only such notes.

export interface Layout {
  bits: 32 | 64;
  little: boolean;
}

/** Makes an ELF file with two headers. The second one has a build id and then the note. */
export function makeElf({ bits, little }: Layout, description: string): Buffer {
  const file = Buffer.alloc(1024);
  const short = (value: number, at: number) => (little ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at));
  const word = (value: number, at: number) => (little ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at));
  const long = (value: number, at: number) => {
    if (bits === 32) word(value, at);
    else if (little) file.writeBigUInt64LE(BigInt(value), at);
    else file.writeBigUInt64BE(BigInt(value), at);
  };
  const is64 = bits === 64;
  file.write('\x7fELF', 'latin1');
  file[4] = is64 ? 2 : 1;
  file[5] = little ? 1 : 2;
  long(64, is64 ? 32 : 28);
  const size = is64 ? 56 : 32;
  short(size, is64 ? 54 : 42);
  short(2, is64 ? 56 : 44);
  word(1, 64);
  const notes = 400;
  word(4, 64 + size);
  long(notes, 64 + size + (is64 ? 8 : 4));
  let at = notes;
  for (const [name, type, body] of [
    ['GNU\0', 3, 'abc'],
    ['FDO\0', 0xcafe1a7e, description],
  ] as const) {
    word(name.length, at);
    word(body.length, at + 4);
    word(type, at + 8);
    file.write(name + body, at + 12, 'latin1');
    at += 12 + name.length + ((body.length + 3) & ~3);
  }
  long(at - notes, 64 + size + (is64 ? 32 : 16));
  return file;
}
