// An address as /proc/net prints it -> the usual text: IPv4 as four numbers, IPv6 as RFC 5952 has it. The kernel prints the bytes of
// an address as one number of 32 bits for each four of them (%08X), so their order is that of the machine: net/ipv4/tcp_ipv4.c
// get_tcp4_sock(), net/ipv6/tcp_ipv6.c get_tcp6_sock().

import type { Bytes } from './bytes.ts';

/** @param digits 8 or 32 hexadecimal digits */
export function formatAddress(digits: Bytes, order: 'LE' | 'BE'): string {
  const bytes = bytesOf(digits, order);
  return bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes);
}

function bytesOf(digits: Bytes, order: 'LE' | 'BE'): Buffer {
  const bytes = Buffer.from(digits, 'hex');
  return order === 'LE' ? bytes.swap32() : bytes;
}

function formatIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index));
  // RFC 5952, 5: an IPv4 address in its IPv6 form keeps its four numbers.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${bytes.subarray(12).join('.')}`;
  const { start, length } = longestZeros(groups);
  const join = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':');
  if (length < 2) return join(groups);
  return `${join(groups.slice(0, start))}::${join(groups.slice(start + length))}`;
}

/** The longest run of zeros; the first one of those of equal length. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index - length + 1, length };
  });
  return longest;
}
