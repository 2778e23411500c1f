import type { Token } from '../parse/code-lexer.ts'
import { contextsOf } from '../parse/context-reader.ts'
import type { Header, Span } from '../parse/header.ts'
import type { OutputContext } from '../parse/output-context.ts'
import type { CodeNode, Node, Template } from '../parse/parser.ts'
import type { Format } from '../render/escape.ts'
import { templateError } from '../template-error.ts'
import type { TemplateMeta } from '../types.ts'
import { Bindings } from './bindings.ts'
import { type Edit, ModuleWriter } from './module-writer.ts'

export interface GeneratedModule {
  code: string
  mappings: string
}

export interface CodegenOptions {
  /** The name of the template in the application. */
  name: string
  format: Format
  strictLocals: boolean
  strictValues: boolean
  /** Converts relative import paths for the generated module. */
  relocate: (specifier: string) => string
  /** How the generated module imports this package. */
  view: string
}

// Tokens that cannot begin a statement: a tag that begins with one continues the statement of the previous tag.
const CONTINUES = /^(?:else|catch|finally|[)\]},.?:;=*/%&|<>^]|\?\.|=>)$/
// Tokens that cannot end a statement.
const UNFINISHED = /^(?:[({[,.?:;=+\-*/%&|<>^!~]|\?\.|=>|\.\.\.)$/

// Parsers are recursive: a huge expression would overflow their stack.
const MOST_OPERANDS = 64

/** Turns a parsed template into a TypeScript module whose default export renders it. */
export function generate(template: Template, options: CodegenOptions): GeneratedModule {
  return new Generator(template, options).run()
}

class Generator {
  readonly #template: Template
  readonly #options: CodegenOptions
  readonly #out: ModuleWriter
  /** Inside an output statement, after an operand. */
  #printing = false
  /** The last token of the previous tag, if its statement may need to be terminated. */
  #last: Token | undefined
  #captureDepth = 0
  /** The number of operands in the output statement so far. */
  #operands = 0
  readonly #names: Bindings
  /** Contexts of values printed outside of content. */
  readonly #contexts: ReadonlyMap<Node, OutputContext>

  constructor(template: Template, options: CodegenOptions) {
    this.#template = template
    this.#options = options
    this.#out = new ModuleWriter(template.source.text)
    this.#names = new Bindings(template)
    const contexts = contextsOf(template.nodes, options.format)
    this.#contexts = new Map([...contexts].filter(([node, context]) => node.kind === 'print' && context !== 'content'))
  }

  run(): GeneratedModule {
    const { header, nodes, source } = this.#template
    const { isAsync } = this.#names
    this.#imports()
    if (header) this.#header(header)
    const begin = nodes[0] ? startOf(nodes[0]) : 0
    const returns = isAsync ? 'Promise<string>' : 'string'
    const slots = header?.slotTypes ? ', __s: __Slots' : ''
    this.#out.glue(
      `export default ${isAsync ? 'async ' : ''}function render(__l: __Props, __v: __View${slots}): ${returns} { `,
      begin,
    )
    this.#bind()
    this.#out.glue(`{ let __o = '';`, begin)
    nodes.forEach((node, index) => {
      this.#node(node, nodes[index + 1])
    })
    this.#endStatement(source.text.length)
    this.#out.glue(
      `; return __o; } } export const __meta = ${JSON.stringify(this.#meta())} as const;`,
      source.text.length,
    )
    return { code: `${this.#out.code}\n`, mappings: this.#out.mappings }
  }

  #imports(): void {
    const { header } = this.#template
    const { format, strictValues } = this.#options
    const json = format === 'json' ? 'JsonTemplateView' : undefined
    const types = [`${json ?? (strictValues ? 'StrictTemplateView' : 'TemplateView')} as __View`]
    if (!header?.props) types.push('Untyped as __Untyped')
    if (header?.slotTypes) types.push(`${this.#names.isAsync ? 'AsyncSlots' : 'Slots'} as __SlotsOf`)
    if (this.#names.usesLooseHelpers) types.push('LooseHelpers as __Loose')
    this.#out.glue(`import type { ${types.join(', ')} } from '${this.#options.view}'; `, 0)
    if (!header?.props) this.#out.glue('type __Props = __Untyped; ', 0)
  }

  #header(header: Header): void {
    const { text } = this.#template.source
    const moves = header.relativePaths.map(({ start, end }) => {
      return { start, end, text: this.#options.relocate(text.slice(start, end)) }
    })
    const parts: { span: Span; before: string; after: string }[] = header.statements.map(span => {
      return { span, before: '', after: '; ' }
    })
    if (header.props) parts.push({ span: header.props, before: 'type __Props = ', after: '; ' })
    if (header.slotTypes) parts.push({ span: header.slotTypes, before: 'type __Slots = __SlotsOf<', after: '>; ' })
    parts.sort((a, b) => a.span.start - b.span.start)
    for (const { span, before, after } of parts) {
      this.#out.alignTo(span.start)
      if (before) this.#out.glue(before, span.start)
      this.#out.copy(span.start, span.end, header.code, moves)
      this.#out.glue(after, span.end)
    }
  }

  #bind(): void {
    const { nodes } = this.#template
    for (const { code, offset } of this.#names.statements(this.#options.strictLocals))
      this.#out.glue(`${code} `, offset)
    const begin = nodes[0] ? startOf(nodes[0]) : 0
    const prints = nodes.filter(node => node.kind === 'print')
    if (prints.some(node => !this.#contexts.has(node))) this.#out.glue('const __e = __v.print; ', begin)
    if (prints.some(node => this.#contexts.has(node))) this.#out.glue('const __in = __v.printIn; ', begin)
    if (nodes.some(node => node.kind === 'raw')) this.#out.glue('const __r = __v.printRaw; ', begin)
  }

  #node(node: Node, next: Node | undefined): void {
    if (node.kind === 'text') {
      if (this.#last?.text === '}' && node.value.trim() === '' && continues(next)) return
      this.#operand(node.start)
      this.#out.glue(literal(node.value), node.start)
    } else if (node.kind === 'code') {
      this.#code(node)
    } else {
      this.#expression(node)
    }
  }

  /** Begins an operand of an output statement. */
  #operand(offset: number): void {
    if (this.#operands === MOST_OPERANDS) this.#endStatement(offset)
    this.#out.alignTo(offset)
    this.#out.glue(this.#printing ? ' + ' : `${this.#last ? '; ' : ' '}__o += `, offset)
    this.#printing = true
    this.#operands += 1
    this.#last = undefined
  }

  #endStatement(offset: number): void {
    if (this.#printing) this.#out.glue(';', offset)
    this.#printing = false
    this.#operands = 0
  }

  #expression(node: CodeNode): void {
    const { tag, shape } = node
    const first = tag.tokens[0]!
    this.#operand(first.start)
    const context = this.#contexts.get(node) ?? 'content'
    const printer = node.kind === 'raw' ? '__r(' : context === 'content' ? '__e(' : `__in('${context}', `
    this.#out.glue(printer, first.start)
    this.#copy(node)
    if (shape.staysOpen) {
      this.#printing = false
      this.#operands = 0
      this.#openCapture(tag.codeEnd)
    } else {
      this.#out.glue(')', tag.codeEnd)
    }
  }

  #code(node: CodeNode): void {
    const { tag, shape } = node
    const first = tag.tokens[0]
    if (!first) return
    this.#endStatement(first.start)
    this.#out.alignTo(first.start)
    const separate = this.#last && !UNFINISHED.test(this.#last.text) && !CONTINUES.test(first.text)
    this.#out.glue(separate ? '; ' : ' ', first.start)
    this.#copy(node)
    this.#last = tag.tokens.at(-1)
    if (shape.opensCapture) this.#openCapture(tag.codeEnd)
    if (shape.closesExpression) {
      this.#out.glue(')', tag.codeEnd)
      this.#last = undefined
      this.#printing = true
    }
  }

  #openCapture(offset: number): void {
    this.#out.glue(` let __o = '';`, offset)
    this.#last = undefined
  }

  #copy(node: CodeNode): void {
    const { tag, shape } = node
    const edits: Edit[] = shape.closesCapture.map(at => ({ start: at, end: at, text: '; return __v.safe(__o) ' }))
    tag.tokens.forEach((token, index) => {
      if (!this.#names.builtins.has(token)) return
      if (token.text === 'flush') edits.push(...this.#flush(node, index))
      else edits.push({ start: token.start, end: token.start, text: '__v.' })
    })
    const from = tag.tokens[0]!.start
    this.#out.copy(from, tag.tokens.at(-1)!.end, tag, edits)
    this.#captureDepth += (shape.opensCapture ? 1 : 0) - shape.closesCapture.length
  }

  // `await flush()` passes on what is printed so far and continues with what it returns.
  #flush(node: CodeNode, index: number): Edit[] {
    const [name, open, close] = node.tag.tokens.slice(index, index + 3) as [Token, Token, Token | undefined]
    const alone = node.kind === 'code' && open.text === '(' && close?.text === ')' && this.#captureDepth === 0
    if (!alone) throw templateError('flush_in_block', this.#template.source, name.start)
    return [
      { start: name.start, end: open.end, text: '(__o = await __v.flush(__o' },
      { start: close.start, end: close.end, text: '))' },
    ]
  }

  #meta(): TemplateMeta {
    const { header } = this.#template
    const names = this.#names
    return {
      name: this.#options.name,
      format: this.#options.format,
      async: names.isAsync,
      ...(header?.layout !== undefined && { layout: header.layout }),
      ...(header?.slotTypes && { slots: requiredSlots(header) }),
      ownView: names.uses('layout') || names.uses('flush') || typeof header?.layout === 'string',
      helpers: names.requiredHelpers(),
    }
  }
}

function requiredSlots(header: Header): Record<string, boolean> {
  return Object.fromEntries([...header.slots].map(([name, { required }]) => [name, required]))
}

// TypeScript treats U+2028 and U+2029 as line ends even here.
function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function startOf(node: Node): number {
  return node.kind === 'text' ? node.start : node.tag.start
}

function continues(node: Node | undefined): boolean {
  const first = node?.kind === 'code' ? node.tag.tokens[0] : undefined
  return first !== undefined && /^(?:else|catch|finally)$/.test(first.text)
}
