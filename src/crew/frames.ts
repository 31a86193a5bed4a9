// Values on a pipe between the scan and its helpers: each as JSON, behind its length in bytes (32 bits, little-endian).

const headerBytes = 4;

/** A longer frame is not ours. A process with more to tell than this counts as failed. */
export const mostFrameBytes = 1 << 28;

export function encodeFrame(value: unknown): Buffer {
  return frameOf(JSON.stringify(value));
}

/** @param json a JSON text; throws RangeError if it is too long for a frame */
export function frameOf(json: string): Buffer {
  const bytes = Buffer.byteLength(json, 'utf8');
  if (bytes > mostFrameBytes) throw new RangeError(`a frame of ${bytes} bytes is too long`);
  const frame = Buffer.allocUnsafeSlow(headerBytes + bytes);
  frame.writeUInt32LE(bytes, 0);
  frame.write(json, headerBytes, 'utf8');
  return frame;
}

/** Pieces of a stream -> its values, each as soon as it is complete. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #wanted = headerBytes;

  /** Throws if the bytes are not a frame. */
  push(piece: Uint8Array): unknown[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const values: unknown[] = [];
    while (this.#length >= this.#wanted) {
      const bytes = this.#pieces.length === 1 ? asBuffer(this.#pieces[0]!) : Buffer.concat(this.#pieces);
      const length = bytes.readUInt32LE(0);
      if (length > mostFrameBytes) throw new Error(`a frame of ${length} bytes is not from a helper`);
      const end = headerBytes + length;
      if (bytes.length >= end) values.push(JSON.parse(bytes.toString('utf8', headerBytes, end)));
      const rest = bytes.length >= end ? bytes.subarray(end) : bytes;
      this.#pieces = [rest];
      this.#length = rest.length;
      this.#wanted = bytes.length >= end ? headerBytes : end;
    }
    return values;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
