import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { titleOf } from './app-name.ts'
import { EXEC, type PackageManager } from './package-manager.ts'
import { packageVersion } from './version.ts'

/** The kinds of applications. */
export type TemplateName = 'full' | 'api' | 'lite'

/** A short description of each kind. */
export const TEMPLATES: Readonly<Record<TemplateName, string>> = {
  full: 'pages, accounts, a JSON API, PostgreSQL',
  api: 'a JSON API with tokens and an OpenAPI page, PostgreSQL',
  lite: 'one file',
}

/** Folders of the package, whether it runs from `src` or `dist`. */
const PACKAGE = join(import.meta.dirname, '..')
/** Files that the repository has in a template, but an application generates itself. */
const LEFT_OUT = new Set(['node_modules', '.arlen'])
/** npm does not pack files with these names. */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: '.gitignore' }

export interface Manifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** The dependencies of an application. */
export function dependenciesOf(template: TemplateName): string[] {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(PACKAGE, 'templates', template, 'package.json'), 'utf8'),
  ) as Manifest
  return Object.keys({ ...dependencies, ...devDependencies })
}

/** The files of a new application by path: those of the template, with its own name and the versions of this package. */
export function templateFiles(
  template: TemplateName,
  name: string,
  packageManager: PackageManager,
): Map<string, string> {
  const files = new Map<string, string>()
  for (const folder of [`templates/${template}`, ...overlaysOf(template, packageManager)]) {
    for (const [path, text] of readTree(join(PACKAGE, folder))) {
      files.set(
        rename(path, name),
        path === 'package.json' ? manifestOf(text, name) : textOf(text, name, packageManager),
      )
    }
  }
  return files
}

/** Folders whose files replace the template's: deployment and CI depend on the package manager. */
function overlaysOf(template: TemplateName, packageManager: PackageManager): string[] {
  return packageManager === 'pnpm' && template !== 'lite' ? ['overlays/pnpm'] : []
}

/** Placeholders in templates for the application's name. */
function textOf(text: string, name: string, packageManager: PackageManager): string {
  return text
    .replaceAll('app-name', name)
    .replaceAll('App Name', titleOf(name))
    .replace(/\bnpx (?=arlen\b)/g, `${EXEC[packageManager]} `)
}

function rename(path: string, name: string): string {
  const parts = path.replaceAll('app-name', name).split('/')
  const last = parts.pop()!
  return [...parts, RENAMED[last] ?? last].join('/')
}

/** All packages of Arlen have one version. */
function manifestOf(text: string, name: string): string {
  const manifest = JSON.parse(text.replaceAll('"workspace:^"', JSON.stringify(`^${packageVersion()}`))) as Manifest
  return `${JSON.stringify({ ...manifest, name }, null, 2)}\n`
}

function readTree(root: string, path = ''): [path: string, text: string][] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap(entry => {
    const below = path === '' ? entry.name : `${path}/${entry.name}`
    if (LEFT_OUT.has(entry.name)) return []
    return entry.isDirectory() ? readTree(root, below) : [[below, readFileSync(join(root, below), 'utf8')]]
  })
}
