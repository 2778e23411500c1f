import { expect, test } from 'vitest'
import { isOutOfReach } from './out-of-reach.ts'

test.each<[string, string, boolean]>([
  [
    'debootstrap finds no mirror',
    'debootstrap --variant=minbase bookworm /tmp/x failed:\nE: Failed getting release file',
    true,
  ],
  [
    'a package cannot be fetched',
    'unshare --mount sh -ec … failed:\nE: Failed to fetch http://deb.debian.org/x.deb  Could not resolve',
    true,
  ],
  [
    'the guide names a package that Debian does not have',
    'unshare … failed:\nE: Unable to locate package nginxx',
    false,
  ],
  ['a command of the guide fails', "unshare … failed:\nuseradd: group 'systemd-journal' does not exist", false],
])('whether %s', (_, message, expected) => {
  expect(isOutOfReach(new Error(message))).toBe(expected)
})
