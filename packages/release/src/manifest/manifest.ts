import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import { leadsOutside } from './leads-outside.ts'

/** The name of the manifest in a release's folder. */
export const MANIFEST: string = 'manifest.json'

/** The version of the manifest format that this package reads and writes. */
export const FORMAT_VERSION: number = 1

/** The content of a release, as in `manifest.json`. Its JSON Schema is `manifest.schema.json` in this package. */
export interface Manifest {
  formatVersion: number
  /** The commit's time (UTC) and the start of its id: `20261129T231500Z-33a22450ab12`. Ids sort by time. */
  id: string
  application: { name: string; version: string }
  commit: {
    /** The full id; null for a folder that is not in a Git repository. */
    id: string | null
    /** ISO 8601, UTC. */
    time: string
    /** Whether the release contains uncommitted changes. */
    dirty: boolean
  }
  node: {
    /** The supported Node.js versions, from `engines.node`. */
    range: string
    /** The version that it was built and checked with. */
    checked: string
  }
  /** The versions of the Arlen packages in it. */
  arlen: Readonly<Record<string, string>>
  /** Where its native modules run; empty if it has none and therefore runs anywhere. */
  platforms: readonly Platform[]
  /** Its migrations, oldest first. */
  migrations: readonly ReleaseMigration[]
  /** Every file and symbolic link except the manifest, sorted by path. */
  files: Readonly<Record<string, ReleaseEntry>>
}

/** An operating system and a processor, as `process.platform` and `process.arch` name them. */
export interface Platform {
  os: string
  arch: string
  /** The C library on Linux. */
  libc?: 'glibc' | 'musl'
}

/** One migration of a release. */
export interface ReleaseMigration {
  version: string
  name: string
  /** Relative to `db/migrations`. */
  file: string
  /** `contract` removes something that an older release may use; it is applied when none of those can come back. */
  phase: 'expand' | 'contract'
}

/** A file with its size in bytes and SHA-256, or a symbolic link with its target. */
export type ReleaseEntry = { size: number; sha256: string; executable?: true } | { link: string }

/**
 * Reads the manifest of a release.
 *
 * @param dir - the folder of the release
 * @throws manifest_missing, manifest_invalid
 */
export async function readManifest(dir: string): Promise<Manifest> {
  const file = join(dir, MANIFEST)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw releaseError('manifest_missing', { dir }, { cause })
  }
  const reason = (value: string) => releaseError('manifest_invalid', { file, reason: value })
  let value: Manifest
  try {
    value = JSON.parse(text) as Manifest
  } catch (cause) {
    throw releaseError('manifest_invalid', { file, reason: (cause as Error).message }, { cause })
  }
  if (typeof value !== 'object' || value === null) throw reason('it is not an object')
  if (value.formatVersion !== FORMAT_VERSION) {
    throw reason(`its format is ${String(value.formatVersion)}; this arlen reads ${FORMAT_VERSION}`)
  }
  if (typeof value.id !== 'string' || !RELEASE_ID.test(value.id)) throw reason('its id is not one')
  if (!isObject(value.files) || !Array.isArray(value.migrations) || !Array.isArray(value.platforms)) {
    throw reason('files, migrations or platforms are missing')
  }
  for (const [path, entry] of Object.entries(value.files)) {
    const sound =
      isObject(entry) &&
      ('link' in entry
        ? typeof entry.link === 'string' && !leadsOutside(path, entry.link)
        : SHA256.test(String(entry.sha256)))
    if (!sound || !isInside(path)) throw reason(`the entry ${JSON.stringify(path)} is not sound`)
  }
  return value
}

/** The format of an id, which is also the name of a folder. */
export const RELEASE_ID: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * The text of a manifest, always identical for the same release. Its last member, `sha256`, is that of the text without it, by which
 * damage of the manifest itself is noticed.
 */
export function manifestText(manifest: Manifest): string {
  const { sha256: _, ...content } = manifest as Manifest & { sha256?: string }
  return textOf({ ...content, sha256: hash('sha256', textOf(content)) })
}

/** Whether a manifest is as it was written. */
export function isIntact(text: string): boolean {
  return manifestText(JSON.parse(text) as Manifest) === text
}

function textOf(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

const SHA256 = /^[0-9a-f]{64}$/

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isInside(path: string): boolean {
  return (
    path !== '' && !path.startsWith('/') && !path.split('/').some(part => part === '..' || part === '.' || part === '')
  )
}
