import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedFolders } from './identity.ts'

interface Manifest {
  name: string
  version: string
  description: string
}

const SILENT = 'Nothing changed here; all packages have one version.'

/** The packages that were never released. */
export function unreleasedFolders(root: string): string[] {
  return publishedFolders(root).filter(folder => readManifest(root, folder).version === '0.0.0')
}

/**
 * Makes the change logs written by `changeset version` readable: a first release describes the package rather than its
 * history before the release, and a version without changes says that it has none.
 */
export function finishChangeLogs(root: string, firstReleases: readonly string[]): void {
  for (const folder of publishedFolders(root)) {
    const { name, version, description } = readManifest(root, folder)
    const file = join(root, folder, 'CHANGELOG.md')
    if (firstReleases.includes(folder) && version !== '0.0.0') {
      writeFileSync(file, `# ${name}\n\n## ${version}\n\nThe first release. ${description}.\n`)
    } else if (existsSync(file)) {
      writeFileSync(file, withEmptySections(readFileSync(file, 'utf8')))
    }
  }
}

/** The change log entries of the current version, without unchanged packages. */
export function releaseNotes(root: string): string {
  const notes = publishedFolders(root).flatMap(folder => {
    const { name, version } = readManifest(root, folder)
    const file = join(root, folder, 'CHANGELOG.md')
    const sections = existsSync(file) ? readFileSync(file, 'utf8').split(/^(?=## )/m) : []
    const text = sections
      .find(section => section.startsWith(`## ${version}\n`))
      ?.split('\n')
      .slice(1)
      .join('\n')
      .trim()
    return text === undefined || text === '' || text === SILENT
      ? []
      : [`## ${name}\n\n${text.replace(/^### /gm, '#### ')}\n`]
  })
  return notes.join('\n')
}

function withEmptySections(text: string): string {
  const silent = /^(## .+)\n+(?=## |$(?![\s\S]))/gm
  return text.replace(silent, `$1\n\n${SILENT}\n\n`).trimEnd().concat('\n')
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
}
