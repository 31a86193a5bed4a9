// systemd's grammar of unit names. systemd.unit(5); src/basic/unit-name.c unit_name_is_valid(), cgroup-util.c cg_unescape().

const suffixes = 'service|socket|device|mount|automount|swap|target|path|timer|slice|scope';
const valid = new RegExp(`^[a-zA-Z0-9:_.\\\\-]+(@[a-zA-Z0-9:_.\\\\@-]*)?\\.(${suffixes})$`);
const longest = 255;

/** A plain, instance or template name. */
export function isValidUnitName(name: string): boolean {
  return name.length <= longest && valid.test(name) && !name.startsWith('@');
}

/** A name that can be running: plain or instance, not the template `foo@.service`. */
export function isPlainOrInstance(name: string): boolean {
  return isValidUnitName(name) && !/^[^@]*@\.[a-z]+$/.test(name);
}

/** A cgroup's name -> the unit's: systemd escapes what would clash with a kernel file by one leading underscore. */
export function unescapeCgroupName(name: string): string {
  return name.startsWith('_') ? name.slice(1) : name;
}

export function isSliceName(name: string): boolean {
  return name.endsWith('.slice') && isValidUnitName(name) && !name.startsWith('-.');
}
