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

function isGlibc(): boolean {
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime !== undefined
}
