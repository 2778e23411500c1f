/** Options that are misspelled. */
export interface Row {
  /** As the surface names what takes them: `@arlen/http createServer()`. */
  readonly bag: string
  /** Passes options on to it. */
  readonly make: (options: never) => unknown
  /** Options that it takes. */
  readonly valid?: object
  readonly misspelled: string
  readonly meant: string
  /** How messages name it, if not as the last word of `bag`. */
  readonly owner?: string
}
