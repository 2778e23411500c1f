import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { ArlenError } from '@arlen/core'
import { importName } from '@arlen/core/import-name'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { stripTypes } from '@arlen/core/strip-types'
import { viewError } from '../errors.ts'
import { listTemplates, templateText } from '../render/folder-store.ts'
import { TemplateError } from '../template-error.ts'
import { nameOfFile } from '../template-name.ts'
import { checkLinks } from './check-links.ts'
import {
  type CompiledTemplate,
  compileLinked,
  type LinkedTemplate,
  STRICT,
  type Strictness,
} from './compile-template.ts'
import { findSyntaxError, syntaxError } from './syntax-error.ts'

/** Options of {@link buildViews}. */
export interface BuildOptions {
  /** The template folder. */
  dir: string
  /** The folder for compiled modules. Modules of deleted templates are removed from it. */
  outDir: string
  strict?: Strictness
  /** Default layouts of pages and mails, which are checked as if they were named explicitly. */
  layouts?: readonly string[]
}

const OPTIONS: OptionTable<BuildOptions> = {
  dir: option.required(option.text),
  outDir: option.required(option.text),
  strict: STRICT,
  layouts: option.listOf(option.text),
}

/** What {@link buildViews} wrote. */
export interface BuildResult {
  /** The sorted names of the templates. */
  names: string[]
  warnings: Diagnostic[]
}

/** Templates could not be compiled. Has the first mistake of each, or all mistakes between them. */
export class BuildError extends ArlenError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(dir: string, errors: readonly TemplateError[]) {
    const problems = errors.map(error => error.message).join('\n')
    super('build_failed', viewError('build_failed', { count: errors.length, dir, problems }).message)
    this.diagnostics = errors.flatMap(error => error.diagnostics)
  }
}

/**
 * Compiles a folder of templates for production. For each, it writes a TypeScript module for type checking, its JavaScript
 * and a source map; for all, a registry: `index.js`, and `index.d.ts`, which declares their names and locals. Unchanged
 * files are not written.
 *
 * References between templates are checked: layouts, includes, slots and blocks.
 *
 * @throws BuildError with the first mistake of every template that has one, and writes nothing; template_missing for one of
 * `layouts`; option_unknown, option_invalid
 */
export async function buildViews(options: BuildOptions): Promise<BuildResult> {
  const { strict, layouts = [], ...folders } = readOptions('buildViews()', options, OPTIONS)
  const dir = resolve(folders.dir)
  const outDir = resolve(folders.outDir)
  const view = importName(outDir, '@arlen/view')
  const errors: TemplateError[] = []
  const compiled = new Map<string, LinkedTemplate>()
  const templates = listTemplates(dir)
  refuseEqualNames(templates)
  for (const file of templates) {
    try {
      compiled.set(file, await compileFile(dir, outDir, file, { strict, view }))
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      errors.push(error)
    }
  }
  const scripts = await stripChanged(outDir, compiled, errors)
  const byName = new Map([...compiled].map(([file, template]) => [nameOfFile(file), template]))
  // If a template could not be compiled, every reference to it would look like a mistake.
  const links = errors.length === 0 ? checkLinks(byName, layouts) : { errors: [], warnings: [] }
  errors.push(...links.errors)
  if (errors.length > 0)
    throw new BuildError(
      dir,
      errors.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    )

  const files = new Map<string, string>()
  for (const [file, template] of compiled) {
    const map = { ...template.map, file: `${file}.js`, sources: [relativePath(join(outDir, file), join(dir, file))] }
    files.set(`${file}.ts`, template.code)
    files.set(`${file}.js`, scripts.get(file)!)
    files.set(`${file}.js.map`, JSON.stringify(map))
  }
  const names = [...compiled.keys()].map(nameOfFile)
  files.set('index.js', registryCode([...compiled.keys()]))
  files.set('index.d.ts', registryTypes([...compiled.keys()], view))
  await writeChanged(outDir, files)
  await removeStale(outDir, new Set(files.keys()))
  return { names, warnings: [...[...compiled.values()].flatMap(template => template.warnings), ...links.warnings] }
}

// `a.html.ets` and `a.ets` would have the same name, `a`.
function refuseEqualNames(files: readonly string[]): void {
  const byName = new Map<string, string>()
  for (const file of files) {
    const name = nameOfFile(file)
    const other = byName.get(name)
    if (other !== undefined) throw viewError('template_ambiguous', { name, files: `${other} and ${file}` })
    byName.set(name, file)
  }
}

async function compileFile(
  dir: string,
  outDir: string,
  file: string,
  options: { strict: Strictness | undefined; view: string },
) {
  const path = join(dir, file)
  const folder = dirname(join(outDir, file))
  return compileLinked(templateText(await readFile(path, 'utf8')), {
    path,
    name: nameOfFile(file),
    ...options,
    relocate: specifier => relativePath(join(folder, 'x'), join(dirname(path), specifier)),
  })
}

function relativePath(from: string, to: string): string {
  const path = relative(dirname(from), to).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

// Stripping types is the slow part, so unchanged modules keep their script.
async function stripChanged(
  outDir: string,
  compiled: ReadonlyMap<string, CompiledTemplate>,
  errors: TemplateError[],
): Promise<Map<string, string>> {
  const scripts = new Map<string, string>()
  const changed: string[] = []
  for (const [file, { code }] of compiled) {
    const script = (await readIfThere(join(outDir, `${file}.ts`))) === code && readIfThere(join(outDir, `${file}.js`))
    const text = script ? await script : undefined
    if (text === undefined) changed.push(file)
    else scripts.set(file, text)
  }
  const results = await stripTypes(changed.map(file => compiled.get(file)!.code))
  results.forEach((result, index) => {
    const file = changed[index]!
    const failure = 'code' in result ? findSyntaxError(result.code) : result
    if (failure) errors.push(syntaxError(failure, nameOfFile(file), compiled.get(file)!, { line: 1, column: 1 })!)
    if ('code' in result) scripts.set(file, `${result.code}//# sourceMappingURL=${basename(file)}.js.map\n`)
  })
  return scripts
}

function registryCode(files: readonly string[]): string {
  const imports = files.map((file, index) => `import * as t${index} from ${specifier(file)}\n`)
  const entries = files.map((file, index) => {
    return `    ${JSON.stringify(nameOfFile(file))}: { module: t${index}, file: ${specifier(file)} },\n`
  })
  return `${imports.join('')}
export const templates = {
  base: import.meta.url,
  templates: {
${entries.join('')}  },
}
`
}

function registryTypes(files: readonly string[], view: string): string {
  const members = files.map(file => {
    return `    ${JSON.stringify(nameOfFile(file))}: typeof import(${specifier(file)}).default\n`
  })
  return `import type { Registry } from '${view}'

declare module '${view}' {
  interface Templates {
${members.join('')}  }
}

export declare const templates: Registry
`
}

function specifier(file: string): string {
  return JSON.stringify(`./${file.replaceAll('\\', '/')}.js`)
}

/** Replaces files in one step: another process may be loading them, or compiling the same folder. */
async function writeChanged(outDir: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of files) {
    const path = join(outDir, file)
    if ((await readIfThere(path)) === text) continue
    await mkdir(dirname(path), { recursive: true })
    const beside = `${path}.${randomUUID()}.new`
    await writeFile(beside, text)
    await rename(beside, path)
  }
}

async function removeStale(outDir: string, files: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(outDir, { recursive: true })) {
    if (/\.ets\.(?:ts|js|js\.map)$/.test(file) && !files.has(file)) await rm(join(outDir, file), { force: true })
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined
}
