import { parseAst } from 'vitest/node'

export interface Import {
  /** As written: `./x.ts`, `node:net`, `@arlen/core`. */
  specifier: string
  /** Whether it is erased at run time. */
  typeOnly: boolean
  /** Whether it is an `import()`, loaded only when it is executed. */
  dynamic: boolean
}

export interface Module {
  imports: Import[]
  /** The values that it declares and exports by name. */
  exports: string[]
  /** Every identifier in the code. */
  names: Set<string>
  /** Every string in the code, for names that are resolved at run time. */
  strings: Set<string>
  /** The kinds of the statements at the top level. */
  statements: string[]
  /** Whether it has a `using` declaration, which Node.js 22 cannot parse. */
  disposes: boolean
  /** Whether it has a `throw`. */
  throws: boolean
}

interface Node {
  type: string
  [key: string]: unknown
}

/** Lists what a TypeScript module imports. Throws if it cannot be parsed. */
export function readModule(source: string): Module {
  const program = parseAst(source, { lang: 'ts' }) as unknown as Node
  const module: Module = {
    imports: [],
    exports: [],
    names: new Set(),
    strings: new Set(),
    statements: [],
    disposes: false,
    throws: false,
  }
  for (const statement of program.body as Node[]) {
    module.statements.push(kindOf(statement))
    module.exports.push(...valuesOf(statement))
  }
  visit(program, module)
  return module
}

/** `export { a } from 'x'` and `export *` are allowed in an index; `export {}` has no effect. */
function kindOf(statement: Node): string {
  if (statement.type === 'ExportAllDeclaration') return 'reexport'
  if (statement.type !== 'ExportNamedDeclaration') return statement.type
  return statement.source || (!statement.declaration && (statement.specifiers as Node[]).length === 0)
    ? 'reexport'
    : statement.type
}

/** `export const a = 1, b = 2` gives a and b; types and patterns give nothing. */
function valuesOf({ type, declaration }: Node): string[] {
  if (type !== 'ExportNamedDeclaration' || !isNode(declaration) || declaration.type.startsWith('TS')) return []
  const declared = (declaration.declarations as Node[] | undefined) ?? [declaration]
  return declared.flatMap(({ id }) => (isNode(id) && id.type === 'Identifier' ? String(id.name) : []))
}

function visit(node: Node, module: Module): void {
  const specifier = specifierOf(node)
  if (specifier !== undefined)
    module.imports.push({ specifier, typeOnly: isTypeOnly(node), dynamic: node.type === 'ImportExpression' })
  if (node.type === 'VariableDeclaration' && /using$/.test(String(node.kind))) module.disposes = true
  if (node.type === 'ThrowStatement') module.throws = true
  if (node.type === 'Identifier') module.names.add(String(node.name))
  if (node.type === 'Literal' && typeof node.value === 'string') module.strings.add(node.value)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, module)
  }
}

function specifierOf(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return literal(node.source ?? node.argument)
    case 'TSModuleDeclaration': // an augmentation: declare module '@arlen/http' { … }
      return literal(node.id)
    default:
      return undefined
  }
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node.type === 'TSModuleDeclaration') return true
  if (node.importKind === 'type' || node.exportKind === 'type') return true
  const specifiers = (node.specifiers as Node[] | undefined) ?? []
  return specifiers.length > 0 && specifiers.every(each => each.importKind === 'type' || each.exportKind === 'type')
}

function literal(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  if (value.type === 'TSLiteralType') return literal(value.literal)
  return typeof value.value === 'string' ? value.value : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
