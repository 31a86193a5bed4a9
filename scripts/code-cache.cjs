// Runs a scan with the file that is named, and writes V8's code cache of its first part beside it: compiled are the functions
// that a scan calls. A cache is for one version of V8 and one processor: it is written where launcher.cjs looks for it.
const fs = require('node:fs');
const { resolve } = require('node:path');
const vm = require('node:vm');

const file = resolve(process.argv[2]);
let cachePath = null;
const { readFileSync } = fs;
fs.readFileSync = (path, ...options) => {
  if (String(path).endsWith('.cache')) cachePath ??= path;
  return readFileSync(path, ...options);
};
let first = null;
vm.Script = class extends vm.Script {
  constructor(...args) {
    super(...args);
    first ??= this;
  }
};
process.on('exit', () => fs.writeFileSync(cachePath, first.createCachedData()));
process.argv = [process.execPath, file, 'scan', '--format', 'json', '--no-config', '--quiet'];
require(file)('./main.js');
