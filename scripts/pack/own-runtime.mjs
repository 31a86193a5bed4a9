// A Bun of one's own (--runtime) -> whether it can make the ids of a report. The program trusts it with the key of each id
// (src/host/hmac.ts). A runtime that ignored the key would publish a plain digest of the machine id, and nobody would see that.
import { spawnSync } from 'node:child_process';

/** RFC 4231, test case 2. */
const known = {
  key: 'Jefe',
  message: 'what do ya want for nothing?',
  hmac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
};

const question = `
const bytes = (text) => new TextEncoder().encode(text);
const hash = new Bun.CryptoHasher('sha256', bytes(${JSON.stringify(known.key)})).update(bytes(${JSON.stringify(known.message)}));
process.stdout.write(Buffer.from(hash.digest()).toString('hex'));
`;

/**
 * @param {string} file
 * @returns {{ refused: string | null, warning: string | null }} why it must not be packed; why it could not be asked, as for a runtime of
 * another processor
 */
export function askRuntime(file) {
  // Another folder or environment could make it run other code.
  const { status, error, stdout } = spawnSync(file, ['-e', question], {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  if (error)
    return {
      refused: null,
      warning: `it cannot be run here, so nobody knows whether its ids are right (${error.message})`,
    };
  if (status !== 0)
    return { refused: `it makes no HMAC, of which the ids of hosts are made (exit code ${status})`, warning: null };
  if (stdout === known.hmac) return { refused: null, warning: null };
  return {
    refused: 'it makes a wrong HMAC: the ids of hosts would be wrong, or plain digests of their machine ids',
    warning: null,
  };
}
