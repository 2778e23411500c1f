import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Application, type TypeDocOptions } from 'typedoc'

interface Manifest {
  name: string
  private?: boolean
  exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

/** The source of each entry point of a published package, by its import: `@arlen/session/jwt`. */
export function entryPoints(root: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const path of globSync('packages/*/package.json', { cwd: root }).sort()) {
    const { name, exports, private: isPrivate } = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
    if (isPrivate) continue
    for (const [key, target] of Object.entries(exports ?? {})) {
      const source = typeof target === 'string' ? undefined : target['@arlen/source']
      if (source) found.set(name + key.slice(1), join(root, path, '..', source))
    }
  }
  return found
}

/**
 * Writes a page for each entry point, from the docstrings of what it exports.
 *
 * @throws if a docstring links to something that does not exist
 */
export async function writeReference(root: string, folder: string): Promise<void> {
  const sources = entryPoints(root)
  const options = {
    entryPoints: [...sources.values()],
    tsconfig: join(root, 'tsconfig.json'),
    // TypeScript 7 checks the types; the older version here only parses.
    skipErrorChecking: true,
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: folder }],
    readme: 'none',
    githubPages: false,
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    // Of typedoc-plugin-markdown
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    // Headings alone are not enough: if two names differ only by case they get numbers, inconsistently.
    useHTMLAnchors: true,
    useCodeBlocks: true,
    expandObjects: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    pageTitleTemplates: { module: '{name}' },
  } as Partial<TypeDocOptions>
  const app = await Application.bootstrapWithPlugins(options)
  const project = await app.convert()
  if (project === undefined) throw new Error('typedoc could not read the sources')
  const specifiers = new Map([...sources].map(([specifier, path]) => [moduleName(root, path), specifier]))
  for (const module of project.children ?? []) module.name = specifiers.get(module.name) ?? module.name
  await app.generateOutputs(project)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('docstrings have links that lead nowhere')
}

/** typedoc's name for a module: its path below `packages`, without the extension. */
function moduleName(root: string, path: string): string {
  return relative(join(root, 'packages'), path).replace(/(\/index)?\.ts$/, '')
}
