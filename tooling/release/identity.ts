import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The project's URLs. The package.json at the root is the one place where they are maintained. */
export interface Identity {
  repository: { type: string; url: string }
  homepage: string
  bugs: { url: string }
}

interface Manifest extends Partial<Identity> {
  name: string
  version: string
  private?: boolean
}

const FIELDS = ['repository', 'homepage', 'bugs'] as const

export function readIdentity(root: string): Identity {
  const { repository, homepage, bugs } = readManifest(join(root, 'package.json'))
  return {
    repository: { type: repository?.type || 'git', url: repository?.url ?? '' },
    homepage: homepage ?? '',
    bugs: { url: bugs?.url ?? '' },
  }
}

/** The fields without a usable URL, by their names in package.json. */
export function unfilled({ repository, homepage, bugs }: Identity): string[] {
  const urls = { 'repository.url': repository.url, homepage, 'bugs.url': bugs.url }
  return Object.entries(urls)
    .filter(([, url]) => !/^(git\+)?https:\/\/[^/\s]+\.[^/\s]+/.test(url))
    .map(([name]) => name)
}

/** The published packages, as folders relative to the root. */
export function publishedFolders(root: string): string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .filter(path => !readManifest(join(root, path)).private)
    .map(path => dirname(path))
    .sort()
}

/** Packages whose fields differ from the root's, with the correct text of their package.json. */
export function outdatedManifests(root: string): Map<string, string> {
  const identity = readIdentity(root)
  const outdated = new Map<string, string>()
  for (const folder of publishedFolders(root)) {
    const path = join(root, folder, 'package.json')
    const text = readFileSync(path, 'utf8')
    const expected = withIdentity(text, identity, folder)
    if (text !== expected) outdated.set(path, expected)
  }
  return outdated
}

/** @returns the paths of the manifests it has written */
export function writeIdentity(root: string): string[] {
  const outdated = outdatedManifests(root)
  for (const [path, text] of outdated) writeFileSync(path, text)
  return [...outdated.keys()]
}

/** As long as the root has none, packages omit the fields: empty ones would be published. */
function withIdentity(text: string, identity: Identity, directory: string): string {
  const { repository, homepage, bugs } = identity
  const isFilled = unfilled(identity).length === 0
  const values = isFilled ? { repository: { ...repository, directory }, homepage, bugs } : {}
  const entries = Object.entries(JSON.parse(text)).filter(([name]) => !FIELDS.includes(name as never))
  const at = entries.findIndex(([name]) => name === 'license') + 1
  entries.splice(at, 0, ...Object.entries(values))
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}
