import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import { listFiles } from '../manifest/list-files.ts'
import type { Platform } from '../manifest/manifest.ts'
import { fits, type PlatformFields, platformName } from './platform.ts'

interface Package extends PlatformFields {
  name?: string
  optionalDependencies?: Readonly<Record<string, string>>
}

/** Whether anything in a release was compiled for one kind of machine. */
export function hasNativeModules(out: string): boolean {
  return listFiles(out).some(path => path.endsWith('.node'))
}

/** Removes the packages that say of themselves that they run on none of these platforms. */
export async function dropOtherPlatforms(modules: string, platforms: readonly Platform[]): Promise<void> {
  for (const [folder, { os, cpu, libc }] of packagesIn(modules)) {
    const isWanted = platforms.some(platform => fits({ os, cpu, libc } as PlatformFields, platform))
    if (!isWanted) await rm(join(modules, folder), { recursive: true, force: true })
  }
}

/**
 * Makes sure that every native module is there for each of these platforms.
 *
 * @param modules - the folder `node_modules`
 * @throws platform_missing
 */
export function requirePlatforms(modules: string, platforms: readonly Platform[]): void {
  const packages = packagesIn(modules)
  for (const [folder, own] of packages) {
    const variants = variantsOf(own, packages)
    for (const platform of platforms) {
      const missing =
        variants.length > 0
          ? !variants.some(variant => fits(variant, platform))
          : !isForOnePlatform(own) && lacks(join(modules, folder), platform)
      if (missing) {
        throw releaseError('platform_missing', { name: own.name ?? folder, platform: platformName(platform) })
      }
    }
  }
}

/**
 * The packages of which a package needs one, each for another platform. A single optional package, as `fsevents` is, may be missing.
 */
function variantsOf(
  { optionalDependencies = {} }: Package,
  packages: ReadonlyMap<string, Package>,
): readonly Package[] {
  const names = Object.keys(optionalDependencies)
  if (names.length < 2) return []
  return [...packages.values()].filter(other => names.includes(other.name ?? '') && isForOnePlatform(other))
}

function isForOnePlatform({ os, cpu }: PlatformFields): boolean {
  return os !== undefined || cpu !== undefined
}

/** Whether a package brings compiled code, but none for this platform. Which libc it was compiled for is not known. */
function lacks(folder: string, { os, arch }: Platform): boolean {
  const compiled = listFiles(folder).filter(path => path.endsWith('.node') && !path.includes('node_modules/'))
  const found = compiled.map(path => binaryPlatform(join(folder, path))).filter(platform => platform !== undefined)
  return found.length > 0 && !found.some(each => each.os === os && (each.arch === 'any' || each.arch === arch))
}

/** All packages of a folder `node_modules`, by their folders. */
function packagesIn(modules: string): Map<string, Package> {
  const found = new Map<string, Package>()
  for (const path of listFiles(modules)) {
    const [, folder] = /^((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path) ?? []
    if (folder === undefined) continue
    found.set(folder, JSON.parse(readFileSync(join(modules, path), 'utf8')) as Package)
  }
  return found
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}
const PE_MACHINES: Readonly<Record<number, string>> = { 332: 'ia32', 34404: 'x64', 43620: 'arm64' }
const MACH_O_MACHINES: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' }

/** The platform of compiled code, by its header; undefined for anything else. `any` is a file for several processors. */
export function binaryPlatform(file: string): { os: string; arch: string } | undefined {
  const head = Buffer.alloc(4096)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, head, 0, head.length, 0)
  } finally {
    closeSync(handle)
  }
  const known = (os: string, arch: string | undefined) => (arch === undefined ? undefined : { os, arch })
  if (head.readUInt32BE(0) === 0x7f454c46) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)
    return known(head[7] === 9 ? 'freebsd' : 'linux', ELF_MACHINES[machine])
  }
  if (head.readUInt32LE(0) === 0xfeedfacf) return known('darwin', MACH_O_MACHINES[head.readUInt32LE(4)])
  if (head.readUInt32BE(0) === 0xcafebabe) return { os: 'darwin', arch: 'any' }
  if (head.toString('latin1', 0, 2) !== 'MZ') return undefined
  const at = head.readUInt32LE(0x3c)
  return at + 6 > head.length ? undefined : known('win32', PE_MACHINES[head.readUInt16LE(at + 4)])
}
