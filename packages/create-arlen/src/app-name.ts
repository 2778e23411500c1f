import { builtinModules } from 'node:module'
import { createError } from './errors.ts'

/** npm rejects these, and folders with these names mean something else. */
const RESERVED = new Set(['node_modules', 'favicon.ico', ...builtinModules])
/** Windows has devices of these names in every folder, so that nobody could check out the repository there. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/
const LONGEST = 214

/**
 * Checks that a name is valid for a folder, a package and a service.
 *
 * @param dependencies - the application's dependencies: a package cannot depend on one with its own name
 * @throws ArlenError `name_invalid`
 */
export function checkName(name: string, dependencies: readonly string[]): void {
  const reason = problemOf(name, dependencies)
  if (reason !== undefined)
    throw createError('name_invalid', { name: JSON.stringify(name), reason, suggestion: suggestName(name) })
}

function problemOf(name: string, dependencies: readonly string[]): string | undefined {
  if (name.trim() === '') return 'it is empty'
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (!/^[a-z0-9]/.test(name)) return 'it must begin with a lowercase letter or a digit'
  if (!/^[a-z0-9._-]+$/.test(name)) return 'it may have lowercase letters, digits, hyphens, dots and underscores'
  // As images and host names have it.
  if (/[._-]{2}|[._-]$/.test(name)) return 'dots, hyphens and underscores must stand alone between letters or digits'
  if (RESERVED.has(name)) return 'the name is reserved'
  if (DEVICE.test(name)) return 'the name is that of a device on Windows'
  if (dependencies.includes(name)) return 'it would depend on a package with its own name'
  return undefined
}

function suggestName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '')
  return plain === '' || plain === name || RESERVED.has(plain) || DEVICE.test(plain) ? 'my-app' : plain
}

/** `my-shop` → `My Shop` */
export function titleOf(name: string): string {
  return name
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
    .map(word => word[0]!.toUpperCase() + word.slice(1))
    .join(' ')
}
