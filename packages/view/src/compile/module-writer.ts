import type { Token } from '../parse/code-lexer.ts'
import type { Tag } from '../parse/scanner.ts'
import { MappingsWriter } from './source-map.ts'

/** Replaces a range of the source with `text`; an empty range inserts it. */
export interface Edit {
  start: number
  end: number
  text: string
}

type Code = Pick<Tag, 'tokens' | 'comments'>

/**
 * Writes the module of a template and its source map. Copied code keeps its line in the template, so that lines agree even without
 * the source map.
 */
export class ModuleWriter {
  readonly #source: string
  readonly #lineStarts: number[] = [0]
  readonly #mappings = new MappingsWriter()
  #line = 0
  /** The last mapped column of this line. */
  #marked = -1
  #code = ''
  #lineStart = 0
  // Most offsets are in rising order, so the search starts at the last line found.
  #lastLine = 0

  constructor(source: string) {
    this.#source = source
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
  }

  get code(): string {
    return this.#code
  }

  get mappings(): string {
    return this.#mappings.toString()
  }

  /** Advances to the line that has `offset` in the source. */
  alignTo(offset: number): void {
    const line = this.#lineOf(offset)
    while (this.#line < line) this.#newLine()
  }

  /** Writes generated text without line breaks. Mistakes in it are reported at `offset`. */
  glue(text: string, offset: number): void {
    this.#mark(offset)
    this.#code += text
  }

  /** Copies source with edits, without comments. Edits are at tokens and sorted. */
  copy(start: number, end: number, { tokens, comments }: Code, edits: readonly Edit[]): void {
    const cuts = [...edits, ...comments.map(({ start: from, end: to }) => ({ start: from, end: to, text: ' ' }))]
      .filter(cut => cut.start >= start && cut.end <= end)
      .sort((a, b) => a.start - b.start || a.end - b.end)
    let at = start
    let next = 0 // of the tokens, the first that is not before it
    while (next < tokens.length && tokens[next]!.start < start) next += 1
    const copyTo = (to: number) => {
      this.#mark(at)
      for (; next < tokens.length && tokens[next]!.start < to; next++) {
        const token = tokens[next]!
        if (token.start < at || !isWorthMarking(token)) continue
        this.#verbatim(at, token.start)
        at = token.start
        this.#mark(at)
      }
      this.#verbatim(at, to)
      at = to
    }
    for (const cut of cuts) {
      copyTo(cut.start)
      this.#mark(cut.start)
      this.#code += cut.text
      for (let line = this.#lineOf(cut.start); line < this.#lineOf(cut.end); line++) this.#newLine()
      at = cut.end
    }
    copyTo(end)
  }

  #verbatim(start: number, end: number): void {
    let from = start
    for (let at = this.#source.indexOf('\n', from); at >= 0 && at < end; at = this.#source.indexOf('\n', from)) {
      this.#code += this.#source.slice(from, at)
      this.#newLine()
      from = at + 1
      this.#mark(from)
    }
    this.#code += this.#source.slice(from, end)
  }

  #newLine(): void {
    this.#code += '\n'
    this.#lineStart = this.#code.length
    this.#line += 1
    this.#marked = -1
    this.#mappings.newLine()
  }

  #mark(offset: number): void {
    const line = this.#lineOf(offset)
    const column = this.#code.length - this.#lineStart
    if (this.#marked === column) return
    this.#marked = column
    this.#mappings.add(column, line, offset - this.#lineStarts[line]!)
  }

  #lineOf(offset: number): number {
    let line = this.#lastLine
    while (line > 0 && this.#lineStarts[line]! > offset) line -= 1
    while (line + 1 < this.#lineStarts.length && this.#lineStarts[line + 1]! <= offset) line += 1
    this.#lastLine = line
    return line
  }
}

// Errors are reported at names, literals, and the opening brackets of objects and calls.
function isWorthMarking({ kind, text }: Token): boolean {
  return kind !== 'punctuator' || text === '{' || text === '(' || text === '['
}
