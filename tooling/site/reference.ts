import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Application, type TypeDocOptions } from 'typedoc'

interface Manifest {
  name: string
  private?: boolean
  exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

/** The source of each way into a published package, by what users import: `@arlen/session/jwt`. */
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
 * @throws when a docstring links to something that is not there
 */
export async function writeReference(root: string, folder: string): Promise<void> {
  const sources = entryPoints(root)
  const options = {
    entryPoints: [...sources.values()],
    tsconfig: join(root, 'tsconfig.json'),
    // Types are checked by TypeScript 7; what is older here only reads.
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
    // Headings alone do not do: two whose names differ by case get numbers, and not everywhere the same.
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

/** As typedoc names a module: its path below `packages`, without the ending. */
function moduleName(root: string, path: string): string {
  return relative(join(root, 'packages'), path).replace(/(\/index)?\.ts$/, '')
}
