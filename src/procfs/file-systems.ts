// Facts about file system types: which ones answer without another host or process, and whose device numbers cannot be trusted.

import { formatDevice } from './mountinfo.ts';

/**
 * File systems that the kernel serves from local disks or memory, and those that it stacks on others (see `layered`). All
 * others (NFS, CIFS, FUSE, autofs, 9p, virtiofs, AFS, ceph, ecryptfs, unknown ones) may hang or ask another host, and are never
 * stat'ed. filesystems(5), Documentation/filesystems.
 */
const local = new Set([
  'adfs',
  'aufs',
  'bcachefs',
  'binder',
  'bpf',
  'btrfs',
  'cgroup',
  'cgroup2',
  'configfs',
  'cramfs',
  'debugfs',
  'devpts',
  'devtmpfs',
  'efivarfs',
  'erofs',
  'exfat',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'fusectl',
  'hfs',
  'hfsplus',
  'hugetlbfs',
  'iso9660',
  'jffs2',
  'jfs',
  'minix',
  'mqueue',
  'msdos',
  'nilfs2',
  'nsfs',
  'ntfs3',
  'overlay',
  'proc',
  'pstore',
  'ramfs',
  'reiserfs',
  'romfs',
  'rootfs',
  'securityfs',
  'selinuxfs',
  'smackfs',
  'squashfs',
  'sysfs',
  'tmpfs',
  'tracefs',
  'ubifs',
  'udf',
  'ufs',
  'vfat',
  'xfs',
  'zfs',
  'zonefs',
]);

/** File systems that the kernel makes. A deleted file there holds no disk space and no old code. */
const kernelMade = new Set(['proc', 'devpts', 'mqueue', 'sysfs', 'cgroup', 'cgroup2']);

/** maps and stat name different devices for one file here: stat shows the device of the sub-volume or layer. */
const ownDevices = new Set(['aufs', 'bcachefs', 'btrfs', 'overlay']);

/**
 * File systems made of folders of others, their layers. stat of a file may show the file in a layer below, whose times and links
 * never change with what happens above. stat waits for that layer, so the whole is local only if all layers are.
 */
const layered = new Set(['aufs', 'overlay']);

export const isLocal = (fsType: string): boolean => local.has(fsType);
export const isKernelMade = (fsType: string): boolean => kernelMade.has(fsType);
export const isLayered = (fsType: string): boolean => layered.has(fsType);
export const hasOwnDevices = (fsType: string): boolean => ownDevices.has(fsType);
/** nfs and nfs4, or fuse, fuseblk and fuse.NAME. */
export const isNfs = (fsType: string): boolean => /^nfs4?$/.test(fsType);
export const isFuse = (fsType: string): boolean => /^fuse(blk)?(\.|$)/.test(fsType);

/** Formats a stat's device number as /proc/PID/maps prints it. makedev(3): 12 + 20 bits of major, 8 + 24 bits of minor, interleaved. */
export function formatStatDevice(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn & 0xffffffn);
  return formatDevice(Number(major), Number(minor));
}
