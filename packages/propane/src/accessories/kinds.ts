import { parseBytes, parseDuration } from '../units.ts'

/** What values a setting takes, in every form that is accepted. */
export interface Kind<T> {
  /** The completion of the error message `must be …`. */
  expects: string
  parse(value: unknown): T | undefined
}

export const text: Kind<string> = { expects: 'a string', parse: v => (typeof v === 'string' ? v : undefined) }
export const count: Kind<number> = integer(0, 1_000_000_000)
export const duration: Kind<number> = { expects: 'a duration such as 500, 500ms, 30s or 5m', parse: parseDuration }
/** An interval of at least 10 ms. */
export const period: Kind<number> = {
  expects: 'a duration of 10ms or more',
  parse: v => {
    const ms = parseDuration(v)
    return ms !== undefined && ms >= 10 ? ms : undefined
  },
}
export const size: Kind<number> = { expects: 'a size such as 512mb or 1.5gb', parse: parseBytes }
export const flag: Kind<boolean> = {
  expects: 'true or false',
  parse: v =>
    v === true || v === 'true' || v === '1' ? true : v === false || v === 'false' || v === '0' ? false : undefined,
}
export const paths: Kind<readonly string[]> = {
  expects: 'a list of paths such as /health/live,/health/ready',
  parse: v => {
    const list = typeof v === 'string' ? v.split(',').filter(Boolean) : v
    return Array.isArray(list) && list.every(path => typeof path === 'string' && path.startsWith('/'))
      ? list
      : undefined
  },
}

/** A bare port means the loopback interface. */
const METRICS_ADDRESS = /^$|\/|^(?:[\w.-]+:|\[[\da-f:]+\]:)?\d{1,5}$/i
export const address: Kind<string> = {
  expects: 'an address such as 127.0.0.1:9464, or the path of a unix socket',
  parse: v => (typeof v === 'string' && METRICS_ADDRESS.test(v) ? v : undefined),
}

export const mode: Kind<string> = {
  expects: 'an octal mode such as 660',
  parse: v => (typeof v === 'string' && /^(?:0?[0-7]{3})?$/.test(v) ? v : undefined),
}

export function integer(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse: v => {
      const n = typeof v === 'string' && /^\d+$/.test(v.trim()) ? Number(v) : v
      return Number.isInteger(n) && (n as number) >= min && (n as number) <= max ? (n as number) : undefined
    },
  }
}

export function oneOf<const T extends string>(...values: readonly T[]): Kind<T> {
  return { expects: values.join(', '), parse: v => values.find(value => value === v) }
}

export function orAuto(kind: Kind<number>): Kind<number | 'auto'> {
  return { expects: `auto or ${kind.expects}`, parse: v => (v === 'auto' ? 'auto' : kind.parse(v)) }
}
