/**
 * Where in the document a value is printed. Each takes other values, and escapes them in another way. `content` and all that are not
 * listed print what `print` of their format does.
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
  /** A part of the name of a tag or an attribute. */
  | 'name'
  /** Where whole attributes are. */
  | 'attributes'
  | 'script'
  /** JSON, such as in a script of a data type. */
  | 'json'
  | 'json string'
  | 'cdata'
  | 'csv'
  | 'csv string'

/** Follows the text of a template, and knows where each value is printed. */
export interface ContextReader {
  read(text: string): void
  readValue(): void
  readonly context: OutputContext
}
