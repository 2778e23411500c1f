import type { Diagnostic } from '@arlen/core'
import type { Format } from '../render/escape.ts'
import { templateWarning } from '../template-error.ts'
import { contextsOf } from './context-reader.ts'
import type { OutputContext } from './output-context.ts'
import type { CodeNode, Template } from './parser.ts'

const WARNINGS = {
  unquoted: 'A value in an unquoted attribute: put quotes around it.',
  name: 'Escaping does not make a value safe as a name.',
  handler: 'A value in an event handler is run as JavaScript after unescaping: pass it in a data attribute.',
  address: 'A value after "javascript:" is run as JavaScript after unescaping: pass it in a data attribute.',
  script: 'HTML escaping does not make a value safe in a script: use jsonScript(), without quotes around it.',
  quotes: 'jsonScript() brings its own quotes: remove those around it.',
  srcdoc: 'The value of srcdoc is a document of its own: a text is shown as text there; mark HTML with raw().',
  field: 'A field of several parts: put quotes around it, because a comma or a line break in a value would split it.',
} as const
type Rule = keyof typeof WARNINGS

/**
 * Warns about printed values that are rejected in their context, or that escaping does not make safe there. Branches are
 * read one after the other.
 */
export function lint({ source, nodes }: Template, format: Format): Diagnostic[] {
  const contexts = contextsOf(nodes, format)
  return nodes.flatMap(node => {
    if (node.kind !== 'print') return []
    const rule = ruleFor(node, contexts.get(node)!)
    return rule && node.allow?.rule !== rule ? [templateWarning(source, node.tag.start, WARNINGS[rule])] : []
  })
}

/** What is wrong with a value in its context. `raw()` shows that the author knows; `jsonScript()` is only for scripts. */
function ruleFor({ tag }: CodeNode, context: OutputContext): Rule | undefined {
  const first = tag.tokens[0]!.text
  const json = first === 'jsonScript'
  if (context.startsWith('unquoted ')) return 'unquoted'
  switch (context) {
    case 'script':
      return json || first === 'raw' ? undefined : 'script'
    case 'script string':
      if (json) return 'quotes'
      return first === 'raw' ? undefined : 'script'
    case 'handler string':
      if (json) return 'quotes'
      return first === 'raw' ? undefined : 'handler'
    case 'handler':
      return json || first === 'raw' ? undefined : 'handler'
    case 'script url':
      return first === 'raw' ? undefined : 'address'
    case 'srcdoc':
      return first === 'raw' ? undefined : 'srcdoc'
    case 'name':
    case 'tag name':
      return 'name'
    case 'csv start':
    case 'csv part':
      return 'field'
    default:
      return undefined
  }
}
