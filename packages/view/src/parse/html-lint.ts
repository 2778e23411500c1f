import type { Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { Lines } from '../position.ts'
import { HtmlReader, type HtmlState } from './html-reader.ts'
import type { CodeNode, Template } from './parser.ts'

const WARNINGS = {
  unquoted: 'A value in an unquoted attribute can add attributes: put quotes around it.',
  name: 'Escaping does not make a value safe as a name.',
  handler: 'A value in an event handler is run as JavaScript after unescaping: pass it in a data attribute.',
  script: 'HTML escaping does not make a value safe inside <script>: use jsonScript().',
  style: 'HTML escaping does not make a value safe inside <style> or a style attribute.',
} as const

/** Warns about printed values that escaping does not make safe in their position. Branches are read one after the other. */
export function lint(template: Template): Diagnostic[] {
  const { source } = template
  const reader = new HtmlReader()
  const found: { node: CodeNode; message: string }[] = []
  for (const node of template.nodes) {
    if (node.kind === 'text') reader.read(node.value)
    else if (node.kind !== 'code') {
      const message =
        node.kind === 'print' && !isDeliberate(node) ? warningIn(reader.state, reader.attribute) : undefined
      if (message) found.push({ node, message })
      reader.readValue()
    }
  }
  if (found.length === 0) return []
  const lines = new Lines(source.text)
  return found.map(({ node, message }) => {
    const position = lines.at(node.tag.start)
    const snippet = codeFrame(source.text, position.line, position.column)
    return { stage: 'template', severity: 'warning', message, file: source.path, ...position, snippet }
  })
}

function isDeliberate({ tag }: CodeNode): boolean {
  const first = tag.tokens[0]!.text
  return first === 'jsonScript' || first === 'raw'
}

function warningIn(state: HtmlState, attribute: string): string | undefined {
  switch (state) {
    case 'script':
      return WARNINGS.script
    case 'style':
      return WARNINGS.style
    case 'before value':
    case 'unquoted value':
      return WARNINGS.unquoted
    case 'tag name':
    case 'attribute name':
      return WARNINGS.name
    case 'double-quoted value':
    case 'single-quoted value':
      if (attribute.startsWith('on')) return WARNINGS.handler
      return attribute === 'style' ? WARNINGS.style : undefined
    default:
      return undefined // content, comments, and between attributes, where helpers print whole ones
  }
}
