import type { Format } from '../render/escape.ts'
import { CsvReader, JsonReader, XmlReader } from './data-readers.ts'
import { HtmlReader } from './html-reader.ts'
import type { ContextReader } from './output-context.ts'

/** The reader of a format. A format without contexts is content everywhere. */
export function contextReader(format: Format): ContextReader {
  switch (format) {
    case 'html':
      return new HtmlReader()
    case 'xml':
      return new XmlReader()
    case 'json':
      return new JsonReader()
    case 'csv':
      return new CsvReader()
    default:
      return { read: () => undefined, readValue: () => undefined, context: 'content' }
  }
}
