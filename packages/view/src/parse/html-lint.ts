import type { Diagnostic } from '@arlen/core'
import { templateWarning } from '../template-error.ts'
import { HtmlReader } from './html-reader.ts'
import type { CodeNode, Template } from './parser.ts'

const WARNINGS = {
  unquoted: 'A value in an unquoted attribute: put quotes around it.',
  name: 'Escaping does not make a value safe as a name.',
  handler: 'A value in an event handler is run as JavaScript after unescaping: pass it in a data attribute.',
  script: 'HTML escaping does not make a value safe inside <script>: use jsonScript().',
  quotes: 'jsonScript() brings its own quotes: remove those around it.',
  srcdoc: 'The value of srcdoc is a document of its own: a text is shown as text there; mark HTML with raw().',
} as const
type Rule = keyof typeof WARNINGS

/**
 * Warns about printed values that are rejected in their context, or that escaping does not make safe there. Branches are
 * read one after the other.
 */
export function lint(template: Template): Diagnostic[] {
  const { source, nodes } = template
  const reader = new HtmlReader()
  const found: { node: CodeNode; message: string }[] = []
  nodes.forEach((node, index) => {
    if (node.kind === 'text') reader.read(node.value)
    else if (node.kind !== 'code') {
      const before = nodes[index - 1]
      const quoted = before?.kind === 'text' && /["'`]$/.test(before.value)
      const rule = node.kind === 'print' ? ruleFor(node, reader, quoted) : undefined
      if (rule && node.allow?.rule !== rule) found.push({ node, message: WARNINGS[rule] })
      reader.readValue()
    }
  })
  return found.map(({ node, message }) => templateWarning(source, node.tag.start, message))
}

/** What is wrong with a value in its context. `raw()` shows that the author knows; `jsonScript()` is only for scripts. */
function ruleFor({ tag }: CodeNode, reader: HtmlReader, quoted: boolean): Rule | undefined {
  const first = tag.tokens[0]!.text
  const json = first === 'jsonScript'
  switch (reader.context) {
    case 'script':
      if (json && quoted) return 'quotes'
      return json || first === 'raw' ? undefined : 'script'
    case 'handler':
      return json || first === 'raw' ? undefined : 'handler'
    case 'srcdoc':
      return first === 'raw' ? undefined : 'srcdoc'
    case 'unquoted':
      return 'unquoted'
    case 'name':
      return 'name'
    default:
      return undefined
  }
}
