/** Where in the document a value is printed, as far as quotes do not matter. */
export type Place =
  | 'content'
  /** Between elements that hold text only, such as `<title>` and `<textarea>`. */
  | 'text'
  | 'comment'
  /** In quotes. */
  | 'attribute'
  /** A whole address, or its beginning. */
  | 'url'
  /** The beginning of an address, before a colon: `<%= $scheme %>://…`. */
  | 'url scheme'
  /** A later part of an address whose scheme may not have ended. */
  | 'url rest'
  /** One or more addresses. */
  | 'url list'
  /** After `javascript:`. */
  | 'script url'
  | 'srcdoc'
  | 'css'
  | 'style'
  | 'handler'
  /** In a string of an event handler. */
  | 'handler string'
  /** A part of an attribute's name. */
  | 'name'
  | 'tag name'
  /** In place of whole attributes. */
  | 'attributes'
  | 'script'
  /** In a string of a script. */
  | 'script string'
  /** JSON, such as in a script of a data type. */
  | 'json'
  | 'json string'
  | 'xml comment'
  | 'cdata'
  /** A whole field. */
  | 'csv'
  /** The first of several parts of a field without quotes. */
  | 'csv start'
  | 'csv part'
  /** The beginning of a field in quotes. */
  | 'csv string'
  | 'csv string part'

/**
 * Where in the document a value is printed. Each context accepts other values, and escapes them differently. `content`, and
 * every context that is not listed, uses the format's `print`. A value without quotes has the context that it would have in quotes.
 */
export type OutputContext = Place | `unquoted ${Place}` | `unquoted part ${Place}`

/** Stands for a printed value in the text around another one. */
export const PRINTED = '\ufffc'

/** Follows the text of a template, and knows the context of each printed value. */
export interface ContextReader {
  read(text: string): void
  readValue(): void
  /**
   * The context of a value that is printed now.
   *
   * @param next - the text that follows it; empty if there is none or it is not known, {@link PRINTED} for another value
   */
  contextBefore(next: string): OutputContext
}
