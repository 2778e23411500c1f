import { parseSync, visitorKeys } from 'oxc-parser'

/** One small change to a program that a good test notices. */
export interface Mutant {
  /** The replaced range, in UTF-16 code units. */
  start: number
  end: number
  /** The replacement; `null` removes a statement. */
  replacement: string | null
  /** The kind of change, in two or three words. */
  change: string
}

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

const SWAPS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
}

/**
 * Lists every mutant of a TypeScript module, in the order of its text. Types are left alone, and so are messages (strings
 * with a blank in them): no test should pin the exact wording.
 */
export function listMutants(file: string, text: string): Mutant[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const mutants: Mutant[] = []
  visit(program as unknown as Node, undefined, '', text, mutants)
  return mutants.sort((a, b) => a.start - b.start || b.end - a.end)
}

/** TypeScript's own nodes contain types, except for those that wrap an expression. */
const TRANSPARENT = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'])
const UNTOUCHED = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'Directive'])

function visit(node: Node, parent: Node | undefined, key: string, text: string, out: Mutant[]): void {
  if (UNTOUCHED.has(node.type) || (node.type.startsWith('TS') && !TRANSPARENT.has(node.type))) return
  const source = (child: unknown) => text.slice((child as Node).start, (child as Node).end)
  const add = (at: unknown, replacement: string | null, change: string) => {
    const { start, end } = at as Node
    if (replacement === null) out.push({ start, end, replacement, change })
    else if (fitsOneLine(replacement)) out.push({ start, end, replacement: oneLine(replacement), change })
  }
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const swap = SWAPS[node.operator as string]
      if (swap) add(node, `(${source(node.left)}) ${swap} (${source(node.right)})`, `${node.operator} to ${swap}`)
      break
    }
    case 'UnaryExpression':
      if (node.operator === '!') add(node, source(node.argument), 'negation removed')
      break
    case 'IfStatement':
    case 'ConditionalExpression':
      add(node.test, 'true', 'condition true')
      add(node.test, 'false', 'condition false')
      break
    case 'ReturnStatement':
      if (isSomething(node.argument as Node | null)) add(node.argument, 'undefined', 'nothing returned')
      break
    case 'ThrowStatement':
      add(node, null, 'throw removed')
      break
    case 'ExpressionStatement':
      if (isEffect(node.expression as Node)) add(node, null, 'statement removed')
      break
    case 'Literal':
      if (!isName(parent, key)) literal(node, add)
      break
  }
  for (const name of visitorKeys[node.type as keyof typeof visitorKeys] ?? []) {
    const child = node[name]
    for (const each of Array.isArray(child) ? child : [child]) {
      if (each && typeof each === 'object') visit(each as Node, node, name, text, out)
    }
  }
}

/** The original keeps its lines next to the replacement, which must not add any. */
function oneLine(code: string): string {
  return code.replace(/\n\s*/g, ' ')
}

/** In a template, after a comment and between statements, line breaks are significant. */
function fitsOneLine(code: string): boolean {
  return !code.includes('\n') || !/[`{]|\/\//.test(code)
}

/** False for statements that tests can rarely distinguish from nothing: `return false`, `return null`. */
function isSomething(returned: Node | null): boolean {
  if (returned?.type === 'Literal') return Boolean(returned.value)
  return returned !== null && !(returned.type === 'Identifier' && returned.name === 'undefined')
}

function isEffect(expression: Node): boolean {
  if (expression.type === 'CallExpression') return (expression.callee as Node).type !== 'Super'
  return expression.type === 'AssignmentExpression' || expression.type === 'AwaitExpression'
}

/** A literal that is a name: of a member, of a module. */
function isName(parent: Node | undefined, key: string): boolean {
  return (key === 'key' && parent?.computed !== true) || key === 'source' || parent?.type === 'ImportExpression'
}

function literal(node: Node, add: (at: Node, replacement: string, change: string) => void): void {
  const { value } = node
  if (typeof value === 'boolean') add(node, String(!value), `${value} to ${!value}`)
  else if (typeof value === 'number') add(node, `(${node.raw as string}) + 1`, 'number plus one')
  else if (typeof value === 'string' && value !== '' && !/\s/.test(value)) add(node, "''", 'string emptied')
}
