import { releaseError } from '../errors.ts'
import type { Platform } from '../manifest/manifest.ts'

/** Where this process runs. */
export function currentPlatform(): Platform {
  const { platform: os, arch } = process
  return { os, arch, ...(os === 'linux' && { libc: isGlibc() ? 'glibc' : 'musl' }) }
}

/** As one word: `linux-x64-musl`; glibc is implied. */
export function platformName({ os, arch, libc }: Platform): string {
  return `${os}-${arch}${libc === 'musl' ? '-musl' : ''}`
}

const NAME = /^(aix|android|darwin|freebsd|linux|openbsd|sunos|win32)-([a-z][a-z0-9]*)(?:-(glibc|musl))?$/

/** Reads a name such as `linux-arm64` or `linux-x64-musl`. Throws platform_unknown. */
export function readPlatform(name: string): Platform {
  const [, os, arch, libc] = NAME.exec(name) ?? []
  const isKnown = os !== undefined && ARCHITECTURES.has(arch!) && (libc === undefined || os === 'linux')
  if (!isKnown) throw releaseError('platform_unknown', { name })
  return { os, arch: arch!, ...(os === 'linux' && { libc: libc === 'musl' ? 'musl' : 'glibc' }) }
}

/** As `process.arch` names them. */
const ARCHITECTURES: ReadonlySet<string> = new Set(
  'arm arm64 ia32 loong64 mips mipsel ppc64 riscv64 s390x x64'.split(' '),
)

/** What package.json says of where a package runs. `!win32` is everything but that. */
export interface PlatformFields {
  os?: string | readonly string[]
  cpu?: string | readonly string[]
  libc?: string | readonly string[]
}

/** Whether a package runs on a platform, as package managers decide it. */
export function fits({ os, cpu, libc }: PlatformFields, platform: Platform): boolean {
  return isListed(os, platform.os) && isListed(cpu, platform.arch) && isListed(libc, platform.libc)
}

function isListed(list: string | readonly string[] | undefined, value: string | undefined): boolean {
  const words = [list ?? []].flat()
  if (words.length === 0 || value === undefined) return true
  if (words.includes(`!${value}`)) return false
  return words.includes(value) || words.includes('any') || words.every(word => word.startsWith('!'))
}

function isGlibc(): boolean {
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime !== undefined
}
