import { createHash } from 'node:crypto'
import type { Field } from '../query/result.ts'
import type { FieldReader } from './field-readers.ts'
import { type Parser, type ParserTable, readerOf } from './type-parsers.ts'
import { unrepresentable } from './unrepresentable.ts'

/** A field of pg's RowDescription message. */
interface WireField {
  name: string
  tableID: number
  columnID: number
  dataTypeID: number
}

/**
 * A statement that the server has parsed on one connection. The result columns of a named one are fetched once: PostgreSQL
 * refuses to run it (0A000) rather than let them change.
 */
export class Plan {
  readonly text: string
  /** Empty for the unnamed statement. */
  readonly name: string
  /** OIDs of the parameters, once the server has sent them; only then is it certain that the statement exists. */
  params: readonly number[] | undefined
  fields: readonly Field[] = []
  lastUse = 0
  /** Columns of unknown type: they arrive as text, and are parsed once the type is known. */
  late: readonly Field[] | undefined
  #parsers: Parser[] = []
  #readers: FieldReader[] = []
  #names: string[] = []
  #template: Record<string, unknown> = {}
  #ambiguous = false

  constructor(text: string, name: string) {
    this.text = text
    this.name = name
  }

  setFields(fields: readonly WireField[], parsers: ParserTable): void {
    this.fields = fields.map(field => ({
      name: field.name,
      tableId: field.tableID,
      columnNumber: field.columnID,
      typeId: field.dataTypeID,
    }))
    this.#parsers = fields.map(field => parsers(field.dataTypeID) ?? String)
    this.#readers = this.#parsers.map(readerOf)
    this.#names = fields.map(field => field.name)
    const late = this.fields.filter(({ typeId }) => !parsers(typeId))
    this.late = late.length > 0 ? late : undefined
    // Rows are clones of one template, so that they share a hidden class. An object made of entries can be cloned fast, unlike
    // one without a prototype, and a column named __proto__ is an ordinary property of it.
    const template: Record<string, unknown> = Object.fromEntries(fields.map(({ name }) => [name, null]))
    this.#template = template
    this.#ambiguous = Object.keys(template).length < this.fields.length
  }

  /** A row from a DataRow message whose body begins at `start` (PostgreSQL manual, 54.7). */
  decode(bytes: Buffer, start: number): Record<string, unknown> {
    const row = { ...this.#template }
    const readers = this.#readers
    const names = this.#names
    let at = start + 2
    for (let i = 0; i < readers.length; i++) {
      const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
      at += 4
      if (length < 0) {
        if (this.#ambiguous) row[names[i]!] = null // of several columns with the same name, the last one wins
        continue
      }
      try {
        row[names[i]!] = readers[i]!(bytes, at, at + length)
      } catch (error) {
        throw unrepresentable(error, names[i]!)
      }
      at += length
    }
    return row
  }

  /** The same row, as pg has read it. */
  decodeTexts(values: readonly (string | null)[]): Record<string, unknown> {
    const row = { ...this.#template }
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value != null) row[this.#names[i]!] = read(this.#parsers[i]!, value, this.#names[i]!)
      else if (this.#ambiguous) row[this.#names[i]!] = null
    }
    return row
  }

  /**
   * Parses values again that arrived as text for lack of a parser. Other statements of the plan do the same with their own
   * rows.
   */
  decodeLate(rows: readonly unknown[], parsers: ParserTable): void {
    for (const field of this.late ?? []) {
      const parser = parsers(field.typeId)
      if (!parser || this.fields.findLast(({ name }) => name === field.name) !== field) continue
      for (const row of rows as Record<string, unknown>[]) {
        const value = row[field.name]
        if (typeof value === 'string') row[field.name] = read(parser, value, field.name)
      }
    }
  }
}

function read(parser: Parser, value: string, column: string): unknown {
  try {
    return parser(value)
  } catch (error) {
    throw unrepresentable(error, column)
  }
}

/** The plans of one connection; the least recently used are evicted first. Also generates names that are never reused. */
export class PlanCache {
  readonly #plans = new Map<string, Plan>()
  readonly #limit: number
  /** Names that the server must still be told to forget. */
  readonly orphans: string[] = []
  #clock = 0
  #generation = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#plans.size
  }

  get(text: string): Plan | undefined {
    const plan = this.#plans.get(text)
    if (plan) plan.lastUse = ++this.#clock
    return plan
  }

  add(text: string): Plan {
    const evicted = this.#plans.size >= this.#limit ? this.#oldest() : undefined
    if (evicted) {
      this.#plans.delete(evicted.text)
      this.orphans.push(evicted.name)
    }
    // The generation distinguishes the name of a discarded plan, which may still be in use further up the pipeline.
    const plan = new Plan(text, `arlen_${hashOf(text)}${this.#generation ? `_${this.#generation}` : ''}`)
    plan.lastUse = ++this.#clock
    this.#plans.set(text, plan)
    return plan
  }

  /** Forgets a plan, unless another has replaced it. `known` means that the server still has the statement. */
  discard(plan: Plan, known = false): void {
    if (this.#plans.get(plan.text) !== plan) return
    this.#plans.delete(plan.text)
    this.#generation++
    if (known) this.orphans.push(plan.name)
  }

  #oldest(): Plan | undefined {
    let oldest: Plan | undefined
    for (const plan of this.#plans.values()) if (!oldest || plan.lastUse < oldest.lastUse) oldest = plan
    return oldest
  }
}

/** 128 bits: within the 63 bytes of a name, and without collisions. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
