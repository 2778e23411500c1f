import { pgError } from '../errors.ts'

/** Thrown by a parser; the row decoder adds the column. */
export class Unrepresentable extends Error {
  readonly value: string
  readonly type: string
  readonly setting: string

  constructor(value: string, type: string, setting: string) {
    super(`${value} is no ${type}`)
    this.value = value
    this.type = type
    this.setting = setting
  }
}

export function unrepresentable(error: unknown, column: string): unknown {
  if (!(error instanceof Unrepresentable)) return error
  return pgError('value_unrepresentable', { column, value: error.value, type: error.type, setting: error.setting })
}
