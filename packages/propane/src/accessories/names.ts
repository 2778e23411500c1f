/** The flag of an accessory: `bootTimeoutMs` as `--boot-timeout`, since a flag names its unit in its value (`30s`). */
export function flagOf(name: string): string {
  return `--${withoutUnit(name).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** The environment variable of an accessory: `bootTimeoutMs` as `ARLEN_PROPANE_BOOT_TIMEOUT`. */
export function variableOf(name: string): string {
  return `ARLEN_PROPANE_${withoutUnit(name)
    .replace(/[A-Z]/g, letter => `_${letter}`)
    .toUpperCase()}`
}

function withoutUnit(name: string): string {
  return name.replace(/Ms$/, '')
}
