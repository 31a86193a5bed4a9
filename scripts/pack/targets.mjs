// The systems that an executable is built for, by the name that files carry and --target takes. x64 is `baseline`: it runs on
// processors without AVX2 too, and is as fast.

/** @typedef {{ runtime: string, machine: 'x64' | 'arm64', libc: 'glibc' | 'musl' }} Target `runtime` is the npm package of Bun */

/**
 * One package of one target: the executable and the notices go into it, `stage` is a folder to lay them out in, `out` is the folder
 * of the result.
 * @typedef {{ target: Target & { name: string }, executable: string, licenses: string, stage: string, out: string }} Wanted
 */

/** @type {Record<string, Target>} */
export const targets = {
  x64: { runtime: '@oven/bun-linux-x64-baseline', machine: 'x64', libc: 'glibc' },
  arm64: { runtime: '@oven/bun-linux-aarch64', machine: 'arm64', libc: 'glibc' },
  'x64-musl': { runtime: '@oven/bun-linux-x64-musl-baseline', machine: 'x64', libc: 'musl' },
  'arm64-musl': { runtime: '@oven/bun-linux-aarch64-musl', machine: 'arm64', libc: 'musl' },
};

/** @returns {string} the name of this machine's own target */
export function hostTargetName() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const { glibcVersionRuntime } = report.header;
  const name = glibcVersionRuntime ? process.arch : `${process.arch}-musl`;
  if (!(name in targets)) throw new Error(`there is no Bun for ${process.arch}`);
  return name;
}

/** @returns {Target} the one whose Bun runs on this machine, and builds all of them */
export function hostTarget() {
  return targetNamed(hostTargetName());
}

/** @param {string} name */
export function targetNamed(name) {
  const target = targets[name];
  if (!target) throw new Error(`${name} is no target: ${Object.keys(targets).join(', ')} are`);
  return target;
}
