const DURATIONS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** Milliseconds of `1500`, `'1500'`, `'1500ms'`, `'1.5s'`, `'5m'`, `'1h'` or `'1d'`; undefined for anything else. */
export function parseDuration(value: unknown): number | undefined {
  return parseUnit(value, DURATIONS, 'ms')
}

/** Bytes of `1024`, `'512mb'`, `'1.5GB'` (1 kb is 1024 bytes); undefined for anything else. */
export function parseBytes(value: unknown): number | undefined {
  return parseUnit(value, SIZES, 'b')
}

function parseUnit(value: unknown, units: Readonly<Record<string, number>>, base: string): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const match = /^(\d+(?:\.\d+)?) *([a-z]*)$/.exec(value.trim().toLowerCase())
  const factor = match && units[match[2] || base]
  return factor ? Math.round(Number(match[1]) * factor) : undefined
}

/** `1500` as `1.5s`, `90000` as `90s`, `3725000` as `1h 2m`: how logs and `status` write a duration. */
export function formatDuration(ms: number): string {
  if (ms >= 2 * DURATIONS.m!) {
    const [large, small] = ms >= DURATIONS.d! ? ['d', 'h'] : ms >= DURATIONS.h! ? ['h', 'm'] : ['m', 's']
    const rest = Math.floor((ms % DURATIONS[large!]!) / DURATIONS[small!]!)
    return `${Math.floor(ms / DURATIONS[large!]!)}${large}${rest > 0 ? ` ${rest}${small}` : ''}`
  }
  return ms >= 1000 ? `${Math.round(ms / 100) / 10}s` : `${Math.round(ms)}ms`
}

/** `67108864` as `64.0 MiB`. */
export function formatBytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
