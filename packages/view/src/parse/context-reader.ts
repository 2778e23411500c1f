import type { Format } from '../render/escape.ts'
import { CsvReader, JsonReader } from './data-readers.ts'
import { HtmlReader } from './html-reader.ts'
import { type ContextReader, type OutputContext, PRINTED } from './output-context.ts'
import type { CodeNode, Node } from './parser.ts'
import { XmlReader } from './xml-reader.ts'

/** The reader of a format. A format without contexts is content everywhere. */
function contextReader(format: Format): ContextReader {
  switch (format) {
    case 'html':
      return new HtmlReader()
    case 'xml':
      return new XmlReader()
    case 'svg':
      return new XmlReader(true)
    case 'json':
      return new JsonReader()
    case 'csv':
      return new CsvReader()
    default:
      return { read: () => undefined, readValue: () => undefined, contextBefore: () => 'content' }
  }
}

/** Determines the context of each printed value. Branches are read one after the other. */
export function contextsOf(nodes: readonly Node[], format: Format): Map<CodeNode, OutputContext> {
  const reader = contextReader(format)
  const contexts = new Map<CodeNode, OutputContext>()
  nodes.forEach((node, index) => {
    if (node.kind === 'text') reader.read(node.value)
    else if (node.kind !== 'code') {
      contexts.set(node, reader.contextBefore(textOf(nodes[index + 1])))
      reader.readValue()
    }
  })
  return contexts
}

function textOf(node: Node | undefined): string {
  if (node?.kind === 'text') return node.value
  return node === undefined || node.kind === 'code' ? '' : PRINTED
}
