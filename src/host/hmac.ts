// A key and a message -> HMAC-SHA256 (RFC 2104). Not from node:crypto, because loading OpenSSL takes longer than reading all of /proc on a
// quiet host. The executable has a hash of its own runtime (Bun.CryptoHasher), which costs less than to load another one.

/** The part of Bun that makes an HMAC. */
interface Bun {
  CryptoHasher: new (algorithm: 'sha256', key: Uint8Array) => { update(message: Uint8Array): { digest(): Uint8Array } };
}

export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const { Bun: bun } = globalThis as { Bun?: Bun };
  if (bun !== undefined) return new bun.CryptoHasher('sha256', key).update(message).digest();
  const { hmac } = require('@noble/hashes/hmac') as typeof import('@noble/hashes/hmac');
  const { sha256 } = require('@noble/hashes/sha2') as typeof import('@noble/hashes/sha2');
  return hmac(sha256, key, message);
}
