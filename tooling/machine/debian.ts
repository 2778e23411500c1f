import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianMirror, SUITE } from '../images/base.ts'
import { buildah, hasImage, must } from '../images/store.ts'

/** What makes a machine of a root folder. Everything else is installed by what the page says. */
const PACKAGES = 'systemd,systemd-sysv,dbus,iproute2,procps'

/** Packages make databases and users when they are installed: they look at processes and devices, and take the locale as it is. */
const INSIDE = `mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && cd "$1" &&
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot . sh -ec "$0"`

/**
 * A Debian as a provider hands it out, on which a command has run. Made once for each command, and kept as an image.
 *
 * @param install - run as root in it, with the network of this machine
 */
export async function debianWith(install: string): Promise<string> {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const name = `localhost/arlen-machine:${SUITE}-${createHash('sha256').update(install).digest('hex').slice(0, 12)}`
  if (await hasImage(name)) return name
  const folder = mkdtempSync(join(tmpdir(), 'arlen-machine-'))
  try {
    await must('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, SUITE, folder, await debianMirror()])
    chmodSync(folder, 0o755) // it is the root folder, which other users than root read, too
    // Services start when the machine is switched on.
    writeFileSync(join(folder, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    cpSync('/etc/resolv.conf', join(folder, 'etc/resolv.conf'), { dereference: true })
    await must('unshare', ['--mount', 'sh', '-ec', INSIDE, install, folder])
    for (const path of ['usr/sbin/policy-rc.d', 'var/cache/apt/archives', 'var/lib/apt/lists']) {
      rmSync(join(folder, path), { recursive: true })
    }
    // What a provider has ready.
    writeFileSync(join(folder, 'etc/machine-id'), '')
    writeFileSync(join(folder, 'etc/hostname'), 'shop\n')
    writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost shop shop.example.com\n')
    const container = await buildah('from', 'scratch')
    // Not by `add`, which gives everything to root.
    await must('cp', ['-a', `${folder}/.`, await buildah('mount', container)])
    await buildah('commit', '--quiet', '--rm', container, name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return name
}
