import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { type Package, type SourceFile, TEMPLATES, type Workspace } from './workspace.ts'

/** The problems of the workspace, one sentence each, by rule. An empty list means that the rule holds. */
export const rules: Record<string, (workspace: Workspace) => string[]> = {
  'no import of another package’s inside': noInside,
  'imports point down the layers': layersDown,
  'modules do not import each other in a circle': noCycles,
  'every import is declared': declared,
  'a package that imports what needs an optional peer depends on that peer': peersBrought,
  'every declared dependency is used': used,
  'every exported value is used by another file': exportsUsed,
  'compiler references are the workspace dependencies': references,
  'one file of @arlen/http knows node:net': oneSocketDriver,
  'node:http is loaded when it is needed': lazyNodeHttp,
  'no file is longer than 500 lines': shortFiles,
  'an index only exports': indexOnlyExports,
  'Node.js 22 can parse what is not a test': oldestSyntax,
  'every package has its README, errors and tests': completePackages,
  'every export has its source': exportsExist,
}

function noInside({ packages, users }: Workspace): string[] {
  const byName = new Map(packages.map(each => [each.manifest.name, each]))
  return everyImport([...packages, ...users], (from, file, specifier) => {
    if (specifier.startsWith('.')) {
      const target = normalize(join(dirname(file.path), specifier))
      const stays =
        from.folder === '.' ? !/^(\.\.|packages|apps|benchmarks)\//.test(target) : target.startsWith(`${from.folder}/`)
      return stays ? undefined : `${file.path} imports ${specifier}, which is outside of ${from.folder}`
    }
    const target = byName.get(packageOf(specifier))
    if (!target || target === from) return undefined
    const key = `.${specifier.slice(target.manifest.name.length)}`
    return key in (target.manifest.exports ?? {})
      ? undefined
      : `${file.path} imports ${specifier}, which ${target.manifest.name} does not export`
  })
}

function layersDown({ packages, layers }: Workspace): string[] {
  const rank = new Map(layers.flatMap((layer, index) => layer.map(name => [name, layers.length - index])))
  const homeless = packages.filter(({ manifest }) => !rank.has(manifest.name))
  return [
    ...homeless.map(({ manifest }) => `${manifest.name} has no layer in CONTRIBUTING.md`),
    ...everyImport(packages, ({ manifest }, file, specifier) => {
      const own = rank.get(manifest.name)
      const other = rank.get(packageOf(specifier))
      if (own === undefined || other === undefined || packageOf(specifier) === manifest.name || other < own) return
      return `${file.path} imports ${specifier}, which is ${other === own ? 'beside' : 'above'} ${manifest.name}`
    }),
  ]
}

/** Types count: even modules that are connected only by types cannot be understood separately. */
function noCycles({ packages, users }: Workspace): string[] {
  return [...packages, ...users].flatMap(each => circles(each.sources)).map(circle => circle.join(' ↔ '))
}

/** Groups of files that all depend on each other (Tarjan's strongly connected components). */
function circles(sources: readonly SourceFile[]): string[][] {
  const files = new Map(sources.map(file => [file.path, file]))
  const order = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (path: string): number => {
    const own = order.size
    order.set(path, own)
    stack.push(path)
    let lowest = own
    for (const { specifier } of files.get(path)!.imports) {
      const target = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : ''
      if (!files.has(target)) continue
      if (!order.has(target)) lowest = Math.min(lowest, visit(target))
      else if (stack.includes(target)) lowest = Math.min(lowest, order.get(target)!)
    }
    if (lowest === own) {
      const members = stack.splice(stack.indexOf(path))
      if (members.length > 1) found.push(members.sort())
    }
    return lowest
  }
  for (const path of files.keys()) if (!order.has(path)) visit(path)
  return found
}

function declared({ packages, users, rootTools }: Workspace): string[] {
  return everyImport([...packages, ...users], ({ manifest, folder }, file, specifier) => {
    const name = packageOf(specifier)
    if (specifier.startsWith('.') || isBuiltin(specifier) || name === manifest.name) return undefined
    const shipped = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
    if (name in shipped) return undefined
    if (!file.shipped && (name in (manifest.devDependencies ?? {}) || rootTools.has(name))) return undefined
    const where = file.shipped ? 'dependencies' : 'dependencies or devDependencies'
    return `${file.path} imports ${name}, which ${folder}/package.json does not name in its ${where}`
  })
}

/** `@arlen/core/logger` needs pino, an optional peer of @arlen/core, so packages that import it must depend on pino. */
function peersBrought({ packages, users }: Workspace): string[] {
  const needs = new Map(packages.flatMap(subpathsWithPeers))
  return everyImport([...packages, ...users], ({ manifest, folder }, file, specifier) => {
    if (!file.shipped || packageOf(specifier) === manifest.name) return undefined
    const brought = { ...manifest.dependencies, ...manifest.peerDependencies }
    const missing = (needs.get(specifier) ?? []).filter(name => !(name in brought))
    if (missing.length === 0) return undefined
    return `${file.path} imports ${specifier}, so ${folder}/package.json must name ${missing.join(', ')}`
  })
}

/** Each subpath of a package, with the optional peers that its modules load. */
function subpathsWithPeers({ manifest, folder, sources }: Package): [specifier: string, peers: string[]][] {
  const optional = Object.keys(manifest.peerDependenciesMeta ?? {})
  if (optional.length === 0) return []
  const files = new Map(sources.map(file => [file.path, file]))
  return Object.entries(manifest.exports ?? {}).map(([key, target]) => {
    const entry = typeof target === 'string' ? '' : normalize(join(folder, target['@arlen/source'] ?? ''))
    const reached = new Set([entry])
    const loaded = new Set<string>()
    for (const path of reached) {
      for (const { specifier, typeOnly, dynamic } of files.get(path)?.imports ?? []) {
        if (dynamic) continue // its importer can report what to install
        if (specifier.startsWith('.')) reached.add(normalize(join(dirname(path), specifier)))
        else if (!typeOnly) loaded.add(packageOf(specifier))
      }
    }
    return [manifest.name + key.slice(1), optional.filter(name => loaded.has(name))]
  })
}

function used({ packages, users }: Workspace): string[] {
  const found: string[] = []
  for (const { manifest, folder, sources, fixtures } of [...packages, ...users]) {
    // Their dependencies are commands too, and optional packages that others load.
    if (folder === '.' || folder.startsWith(TEMPLATES) || folder.startsWith('tooling/')) continue
    const named = (files: readonly SourceFile[]) =>
      new Set(files.flatMap(file => [...file.imports.map(each => each.specifier), ...file.strings].map(packageOf)))
    const everywhere = named(sources)
    const shipped = folder.startsWith('packages/') ? named(sources.filter(file => file.shipped)) : everywhere
    const asked = new Set(
      packages
        .filter(each => each.manifest.name in (manifest.dependencies ?? {}))
        .flatMap(each => Object.keys(each.manifest.peerDependencies ?? {})),
    )
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      // The command starts an application's release.
      if (folder.startsWith('apps/') && name === '@arlen/cli') continue
      if (!shipped.has(untyped(name)) && !asked.has(name))
        found.push(`${folder} depends on ${name} and does not use it`)
    }
    for (const name of Object.keys(manifest.devDependencies ?? {})) {
      const imported = everywhere.has(untyped(name)) || new RegExp(`['"]${untyped(name)}['"/]`).test(fixtures)
      if (!imported && name !== '@types/node') {
        found.push(`${folder} has ${name} in its devDependencies and does not use it`)
      }
    }
  }
  return found
}

/** Left alone are the entry points of packages, and files that no other file imports: they are loaded by their path. */
function exportsUsed({ packages, users }: Workspace): string[] {
  const files = [...packages, ...users].flatMap(({ sources }) => sources)
  const entryPoints = new Set(
    packages.flatMap(({ folder, manifest }) =>
      Object.values(manifest.exports ?? {}).map(target =>
        typeof target === 'string' ? '' : normalize(join(folder, target['@arlen/source'] ?? '')),
      ),
    ),
  )
  const importers = new Map<string, SourceFile[]>()
  for (const file of files) {
    for (const { specifier } of file.imports) {
      if (!specifier.startsWith('.')) continue
      const target = normalize(join(dirname(file.path), specifier))
      importers.set(target, [...(importers.get(target) ?? []), file])
    }
  }
  return files.flatMap(({ path, exports }) => {
    const others = entryPoints.has(path) ? undefined : importers.get(path)
    const unused = exports.filter(name => others?.every(file => !file.names.has(name)))
    return unused.map(name => `${path} exports ${name}, which no other file imports`)
  })
}

function references({ packages }: Workspace): string[] {
  const folderOf = new Map(packages.map(({ manifest, folder }) => [manifest.name, folder]))
  return packages.flatMap(({ manifest, folder, references }) => {
    const needed = { ...manifest.dependencies, ...manifest.peerDependencies }
    const wanted = Object.keys(needed).flatMap(name => folderOf.get(name) ?? [])
    const missing = wanted.filter(path => !references.includes(path))
    const extra = references.filter(path => !wanted.includes(path))
    return [
      ...missing.map(path => `${folder}/tsconfig.json does not reference ${path}, which it depends on`),
      ...extra.map(path => `${folder}/tsconfig.json references ${path}, which it does not depend on`),
    ]
  })
}

function oneSocketDriver({ packages }: Workspace): string[] {
  const http = packages.find(({ manifest }) => manifest.name === '@arlen/http')
  const files = (http?.sources ?? []).filter(file => file.shipped && loads(file, 'net')).map(file => file.path)
  return files.length > 1 ? [`node:net is imported by ${files.join(', ')}`] : []
}

/** As an ES module, it imports undici: 15 MiB and tens of milliseconds for every process that loads the package. */
function lazyNodeHttp({ packages }: Workspace): string[] {
  const files = packages.flatMap(({ sources }) => sources).filter(file => file.shipped && loads(file, 'http'))
  return files.map(
    ({ path }) => `${path} imports node:http; use process.getBuiltinModule('node:http') where it is needed`,
  )
}

function loads(file: SourceFile, builtin: string): boolean {
  return file.imports.some(({ specifier, typeOnly }) => !typeOnly && specifier.replace('node:', '') === builtin)
}

function shortFiles({ packages, users }: Workspace): string[] {
  const files = [...packages, ...users].flatMap(({ sources }) => sources)
  return files.filter(file => file.lines > 500).map(file => `${file.path} has ${file.lines} lines`)
}

function indexOnlyExports({ packages }: Workspace): string[] {
  const indexes = packages.flatMap(({ sources, folder }) =>
    sources.filter(file => file.path === `${folder}/src/index.ts`),
  )
  return indexes
    .filter(file => file.statements.some(kind => kind !== 'reexport'))
    .map(file => `${file.path} does more than re-export`)
}

/** The compiler rewrites `using` in what is published, but not in what runs from its source. */
function oldestSyntax({ packages, users }: Workspace): string[] {
  const apps = users.filter(({ folder }) => /^(apps|packages)\//.test(folder))
  const files = [...packages, ...apps].flatMap(({ sources }) => sources)
  return files
    .filter(file => file.disposes && !file.path.endsWith('.test.ts'))
    .map(file => `${file.path} has a using declaration, which Node.js 22 cannot parse: write try and finally`)
}

function completePackages({ packages }: Workspace): string[] {
  return packages.flatMap(({ folder, paths, readme, sources }) => {
    const missing: string[] = []
    if (!/^`{3,}ts run$/m.test(readme)) missing.push(`${folder}/README.md has no example marked \`ts run\``)
    if (!paths.includes('src/index.ts')) missing.push(`${folder} has no src/index.ts`)
    if (!paths.includes('src/errors.ts') && sources.some(file => file.shipped && file.throws))
      missing.push(`${folder} throws and has no src/errors.ts`)
    if (!paths.some(path => path.endsWith('.test.ts'))) missing.push(`${folder} has no test`)
    return missing
  })
}

function exportsExist({ packages }: Workspace): string[] {
  return packages.flatMap(({ folder, manifest, paths }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([key, target]) => {
      if (typeof target === 'string') return []
      const source = target['@arlen/source']?.slice(2) ?? 'nothing'
      const built = source.replace(/^src\//, './dist/').replace(/\.ts$/, '')
      const sound = paths.includes(source) && target.types === `${built}.d.ts` && target.default === `${built}.js`
      return sound ? [] : [`${folder} exports ${key} from ${source}, which is not there or not what it is built to`]
    }),
  )
}

/** Applies a check to every import and collects the problems. */
function everyImport(
  packages: readonly Package[],
  check: (from: Package, file: SourceFile, specifier: string) => string | undefined,
): string[] {
  return packages.flatMap(from =>
    from.sources.flatMap(file => file.imports.flatMap(({ specifier }) => check(from, file, specifier) ?? [])),
  )
}

/** `@arlen/pg/embedded` becomes `@arlen/pg`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** `@types/pg` counts as used if `pg` is. */
function untyped(name: string): string {
  return name.replace(/^@types\/(?:(.+)__)?/, (_, scope?: string) => (scope ? `@${scope}/` : ''))
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}
