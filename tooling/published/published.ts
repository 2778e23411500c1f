import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findExamples } from '../examples.ts'
import type { Registry } from '../registry/registry.ts'
import { runStage } from '../stage.ts'

export const ROOT: string = join(import.meta.dirname, '../..')

export interface Published {
  folder: string
  name: string
  /** Everything that can be imported: `@arlen/view`, `@arlen/view/express`. */
  specifiers: string[]
  examples: string[]
}

/** The packages of this repository that are published. */
export const PACKAGES: readonly Published[] = globSync('packages/*/package.json', { cwd: ROOT })
  .map(path => join(ROOT, path.slice(0, -'/package.json'.length)))
  .map(folder => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ folder, manifest }) => ({
    folder,
    name: manifest.name as string,
    specifiers: Object.keys(manifest.exports)
      .filter(key => !key.endsWith('.json'))
      .map(key => manifest.name + key.slice(1)),
    examples: findExamples(readFileSync(join(folder, 'README.md'), 'utf8')).map(({ code }) => code),
  }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))

/** Publishes them as a release does. */
export async function publishAll(registry: Registry): Promise<void> {
  const command = [join(ROOT, 'node_modules/.bin/changeset'), 'publish', '--no-git-tag']
  const { ok, reason } = await runStage('publish', command, {
    deadlineMs: 120_000,
    env: { ...registry.env },
    output: 'ignore',
  })
  if (!ok) throw new Error(`the packages cannot be published: ${reason}`)
}

/** The repository's version of a third-party package. */
export function catalogVersion(name: string): string {
  const workspace = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  const version = new RegExp(`^  "?${name}"?: (\\S+)$`, 'm').exec(workspace)?.[1]
  if (version === undefined) throw new Error(`pnpm-workspace.yaml has no version of ${name}`)
  return version
}

/** The third-party packages that examples import. */
export function importedBy(examples: readonly string[]): string[] {
  const specifiers = examples.flatMap(code => [...code.matchAll(/\bfrom '([^'.][^']*)'/g)].map(([, name]) => name!))
  const names = specifiers
    .filter(name => !name.startsWith('node:'))
    .map(name => /^(@[^/]+\/)?[^/]+/.exec(name)![0])
    .filter(name => !PACKAGES.some(each => each.name === name))
  return [...new Set(names)].sort()
}
