/**
 * Where in the document a value is printed. Each context accepts other values, and escapes them differently. `content`, and
 * every context that is not listed, uses the format's `print`.
 */
export type OutputContext =
  | 'content'
  /** Between elements that hold text only, such as `<title>` and `<textarea>`. */
  | 'text'
  | 'comment'
  /** In quotes. */
  | 'attribute'
  | 'url'
  | 'srcdoc'
  | 'css'
  | 'style'
  | 'handler'
  | 'unquoted'
  /** A part of a tag's or an attribute's name. */
  | 'name'
  /** In place of whole attributes. */
  | 'attributes'
  | 'script'
  /** JSON, such as in a script of a data type. */
  | 'json'
  | 'json string'
  | 'cdata'
  | 'csv'
  | 'csv string'

/** Follows the text of a template, and knows the context of each printed value. */
export interface ContextReader {
  read(text: string): void
  readValue(): void
  readonly context: OutputContext
}
