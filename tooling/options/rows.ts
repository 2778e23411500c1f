/** Options that are misspelled. */
export interface Row {
  /** The name of the function in the surface report: `@arlen/http createServer()`. */
  readonly bag: string
  /** Passes options on to it. */
  readonly make: (options: never) => unknown
  /** The options that it accepts. */
  readonly valid?: object
  readonly misspelled: string
  readonly meant: string
  /** Its name in messages, if not the last word of `bag`. */
  readonly owner?: string
}
