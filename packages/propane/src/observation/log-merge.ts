/** A longer line is passed on in pieces instead of being buffered. */
const LONGEST = 1024 * 1024

const NEWLINE = 10
const BRACE = 0x7b
const CLOSING_BRACE = 0x7d
const QUOTE = 0x22

/**
 * Splits the output of one worker into whole lines, so that lines of several workers never mix. In JSON mode, lines that are
 * not JSON objects (console.log, stack traces) are wrapped in one object per chunk.
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

  /** Passes on an unfinished line because the worker is gone. */
  flush(): void {
    if (this.#restLength === 0) return
    this.#restLength = 0
    this.#emit(Buffer.concat([...this.#rest.splice(0), Buffer.from('\n')]))
  }

  /** `lines` ends with a newline. JSON lines pass unchanged; adjacent lines that are not JSON are wrapped together. */
  #emit(lines: Buffer): void {
    if (!this.#wrap) {
      this.#write(lines)
      return
    }
    for (let start = 0; start < lines.length; ) {
      const json = isJsonLine(lines, start)
      let end = start
      while (end < lines.length && (end === start || isJsonLine(lines, end) === json)) {
        end = lines.indexOf(NEWLINE, end) + 1
      }
      const run = lines.subarray(start, end)
      this.#write(json ? run : Buffer.from(`${this.#wrap(run.toString('utf8', 0, run.length - 1))}\n`))
      start = end
    }
  }
}

/** Whether the line that begins at `start` is a JSON object. (`console.log({ a: 1 })` does not write one.) */
function isJsonLine(lines: Buffer, start: number): boolean {
  if (lines[start] !== BRACE) return false
  const end = lines.indexOf(NEWLINE, start)
  if (lines[start + 1] !== QUOTE && lines[start + 1] !== CLOSING_BRACE) return false
  try {
    JSON.parse(lines.toString('utf8', start, end))
    return true
  } catch {
    return false
  }
}
