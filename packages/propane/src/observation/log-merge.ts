/** A line longer than this is passed on in pieces rather than kept. */
const LONGEST = 1024 * 1024

const NEWLINE = 10
const BRACE = 0x7b

/**
 * Gathers the output of one worker into whole lines, so that lines of several workers never run into each other.
 * In JSON mode what is no JSON line itself (console.log, stack traces) is wrapped into one, a chunk at a time.
 */
export class LineMerger {
  readonly #write: (lines: Buffer) => void
  readonly #wrap: ((text: string) => string) | undefined
  #rest: Buffer[] = []
  #restLength = 0

  constructor(write: (lines: Buffer) => void, wrap?: (text: string) => string) {
    this.#write = write
    this.#wrap = wrap
  }

  push(chunk: Buffer): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      const head = chunk.subarray(0, end)
      this.#emit(this.#restLength > 0 ? Buffer.concat([...this.#rest.splice(0), head]) : head)
      this.#restLength = 0
    }
    if (end === chunk.length) return
    this.#rest.push(chunk.subarray(end))
    this.#restLength += chunk.length - end
    if (this.#restLength > LONGEST) this.flush()
  }

  /** Passes on what has no end of line yet: the worker is gone. */
  flush(): void {
    if (this.#restLength === 0) return
    this.#restLength = 0
    this.#emit(Buffer.concat([...this.#rest.splice(0), Buffer.from('\n')]))
  }

  /** `lines` ends with a newline. JSON lines pass in one piece; neighbours that are none are wrapped together. */
  #emit(lines: Buffer): void {
    if (!this.#wrap) {
      this.#write(lines)
      return
    }
    for (let start = 0; start < lines.length; ) {
      const json = lines[start] === BRACE
      let end = start
      while (end < lines.length && (lines[end] === BRACE) === json) end = lines.indexOf(NEWLINE, end) + 1
      const run = lines.subarray(start, end)
      this.#write(json ? run : Buffer.from(`${this.#wrap(run.toString('utf8', 0, run.length - 1))}\n`))
      start = end
    }
  }
}
