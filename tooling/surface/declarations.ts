import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { isolatedDeclarationSync } from 'oxc-transform'

/** Something a module exports. */
export interface Exported {
  readonly name: string
  /** Its declarations without comments and private members: several if it is overloaded, or a type and a value. */
  readonly declarations: readonly string[]
  /** The text of its docstring, empty if it has none. Undefined if it belongs to another package. */
  readonly doc: string | undefined
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

interface Module {
  readonly path: string
  readonly code: string
  readonly body: readonly Node[]
  readonly comments: readonly { readonly start: number; readonly end: number; readonly value: string }[]
}

const modules = new Map<string, Module>()

/** What a module exports, by name, following re-exports. */
export function readExports(path: string): Exported[] {
  const found = new Map<string, Exported>()
  for (const node of moduleAt(path).body) {
    for (const exported of exportsOf(moduleAt(path), node)) {
      const known = found.get(exported.name)
      found.set(exported.name, known === undefined ? exported : merge(known, exported))
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function merge(a: Exported, b: Exported): Exported {
  return { ...a, declarations: [...a.declarations, ...b.declarations], doc: a.doc || b.doc }
}

function moduleAt(path: string): Module {
  const known = modules.get(path)
  if (known) return known
  const { code, errors } = isolatedDeclarationSync(path, readFileSync(path, 'utf8'), { stripInternal: true })
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
  const { program, comments } = parseSync(`${path}.d.ts`, code, { lang: 'dts' })
  const module: Module = { path, code, body: program.body as unknown as Node[], comments }
  modules.set(path, module)
  return module
}

function exportsOf(module: Module, node: Node): Exported[] {
  if (node.type === 'ExportAllDeclaration') return everything(module, node.source)
  if (node.type !== 'ExportNamedDeclaration') return []
  if (node.declaration) return [declared(module, node, node.declaration as Node)]
  return (node.specifiers as Node[]).map(specifier => {
    const local = nameOf(specifier.local)
    const name = nameOf(specifier.exported)
    return renamed(node.source ? from(module, node.source, local) : localExport(module, local), name)
  })
}

/** Everything from another module of this package or, as one line, from another package, which has its own report. */
function everything(module: Module, source: unknown): Exported[] {
  const specifier = (source as { value: string }).value
  if (specifier.startsWith('.')) return readExports(resolved(module, source))
  return [{ name: '*', declarations: [`export * from '${specifier}'`], doc: undefined }]
}

/** The same under another name, which matters only if another package declares it. */
function renamed(exported: Exported, name: string): Exported {
  if (exported.name === name) return exported
  const declarations = exported.declarations.map(text =>
    text.replace(/^export \{ (\w+) \}/, `export { $1 as ${name} }`),
  )
  return { ...exported, declarations, name }
}

/** A name exported by another module, of this package or another one. */
function from(module: Module, source: unknown, name: string): Exported {
  const specifier = (source as { value: string }).value
  if (!specifier.startsWith('.'))
    return { name, declarations: [`export { ${name} } from '${specifier}'`], doc: undefined }
  const found = readExports(resolved(module, source)).find(exported => exported.name === name)
  if (!found) throw new Error(`${module.path} exports ${name}, which ${specifier} does not have`)
  return found
}

/** `export { name }` of something declared or imported above. */
function localExport(module: Module, name: string): Exported {
  for (const node of module.body) {
    if (node.type === 'ImportDeclaration') {
      const specifier = (node.specifiers as Node[]).find(each => nameOf(each.local) === name)
      if (specifier) return from(module, node.source, nameOf(specifier.imported))
    }
  }
  const nodes = module.body.filter(node => nameOfDeclaration(node) === name)
  if (nodes.length === 0) throw new Error(`${module.path} exports ${name}, which it does not declare`)
  return nodes.map(node => declared(module, node, node)).reduce(merge)
}

function declared(module: Module, statement: Node, declaration: Node): Exported {
  return {
    name: nameOfDeclaration(declaration) ?? '',
    declarations: [textOf(module, declaration)],
    doc: docBefore(module, statement),
  }
}

function nameOfDeclaration(node: Node): string | undefined {
  if (node.type === 'VariableDeclaration') return nameOf((node.declarations as Node[])[0]!.id)
  return node.id ? nameOf(node.id) : undefined
}

function nameOf(node: unknown): string {
  return (node as { name: string }).name
}

function resolved(module: Module, source: unknown): string {
  return join(dirname(module.path), (source as { value: string }).value)
}

/** The docstring that ends before a statement; comments for tools may be in between. */
function docBefore({ code, comments }: Module, statement: Node): string {
  const doc = comments.findLast(({ value, end }) => value.startsWith('*') && end <= statement.start)
  const between = doc && code.slice(doc.end, statement.start).replace(/^\s*\/\/.*$/gm, '')
  return between?.trim() === '' ? doc!.value : ''
}

function textOf({ code, comments }: Module, { start, end }: Node): string {
  let text = ''
  let at = start
  for (const comment of comments.filter(each => each.start >= start && each.end <= end)) {
    text += code.slice(at, comment.start)
    at = comment.end
  }
  text += code.slice(at, end)
  return text
    .split('\n')
    .filter(line => line.trim() !== '' && !/^\s*(?:private|#private)\b/.test(line))
    .map(line => line.replaceAll('\t', '  ').trimEnd())
    .join('\n')
    .replace(/^declare /, '')
}
