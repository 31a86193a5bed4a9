// Runs a scan with the file that is named, and writes V8's code cache of its first part beside it: compiled are the functions
// that a scan calls. A cache is for one version of V8 and one processor; launcher.cjs says where it is looked for.
const { writeFileSync } = require('node:fs');
const { resolve } = require('node:path');
const vm = require('node:vm');

const file = resolve(process.argv[2]);
let first = null;
vm.Script = class extends vm.Script {
  constructor(...args) {
    super(...args);
    first ??= this;
  }
};
process.on('exit', () => {
  writeFileSync(`${file}.${process.versions.v8}-${process.arch}.cache`, first.createCachedData());
});
process.argv = [process.execPath, file, 'scan', '--format', 'json', '--no-config'];
require(file);
